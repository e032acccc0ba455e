/** Where in an answer which scalar stands. */
export interface DecodeTree {
  readonly [key: string]: string | DecodeTree;
}

/** A ready-made operation: `Data` is what its one field gives, decoded. */
export interface Operation<Data, Variables> {
  readonly kind: 'query' | 'mutation';
  readonly name: string;
  /** Its one field. */
  readonly field: string;
  readonly text: string;
  readonly decode: DecodeTree;
  /** For the compiler only. */
  readonly __types?: (variables: Variables) => Data;
}
