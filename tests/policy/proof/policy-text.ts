import type { FieldVerb, RowVerb } from '../../../src/policy/rule.ts';
import type { Value } from './world.ts';

/** Policies as data that can be written to a file: conditions stand in them as a user writes them. */
export type PolicyTexts = Readonly<Record<string, PolicyText>>;

export interface PolicyText {
  readonly rows: { readonly [V in RowVerb]: RuleText };
  /** Without the columns of relations. */
  readonly fields: Readonly<Record<string, RightsText>>;
  /** What is set when a row is created, whatever the caller says. */
  readonly presets?: Readonly<Record<string, Preset>>;
}

export type RightsText = { readonly [V in FieldVerb]?: RuleText };

export type RuleText =
  | { readonly kind: 'always' | 'never' | 'signedIn' }
  | { readonly kind: 'role'; readonly role: string }
  | { readonly kind: 'where'; readonly where: WhereText }
  | { readonly kind: 'exists'; readonly path: readonly string[]; readonly where: WhereText }
  | { readonly kind: 'through'; readonly relation: string; readonly verb: RowVerb }
  | { readonly kind: 'any' | 'all'; readonly rules: readonly RuleText[] }
  | { readonly kind: 'not'; readonly rule: RuleText };

/** Prisma's shape: `{ name: { equals: 'x' }, AND: […], posts: { some: … } }`. */
export type WhereText = { readonly [key: string]: WhereText | readonly WhereText[] | Operators | Crossing };
export type Operators = { readonly [operator: string]: Operand | readonly Operand[] };
export type Crossing = { readonly [quantifier: string]: WhereText | null };

/** What a preset sets. */
export type Preset = Value | ViewerOperand;

export type Operand = Value | ViewerOperand | FieldOperand;
/** Another field of the same row; in rules only. */
export interface FieldOperand {
  readonly field: string;
}
export interface ViewerOperand {
  readonly viewer: 'id';
}

export const isViewerOperand = (value: unknown): value is ViewerOperand =>
  typeof value === 'object' && value !== null && 'viewer' in value && value.viewer === 'id';

export const isFieldOperand = (value: unknown): value is FieldOperand =>
  typeof value === 'object' && value !== null && 'field' in value && typeof value.field === 'string';

/** The shape of a viewer in a case. */
export interface ViewerText {
  readonly kind: 'user' | 'token' | 'guest';
  readonly id: string | null;
  readonly roles: readonly string[];
}
