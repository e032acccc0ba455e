/** Hooks over TanStack Query: thin, so that everything of it stays at hand. */
import {
  queryOptions,
  useMutation,
  useQuery,
  type UseMutationOptions,
  type UseQueryOptions,
} from '@tanstack/react-query';
import type { Connection } from './connect.ts';
import type { PergolaError } from './errors.ts';
import type { Operation } from './operation.ts';

type Runner = Pick<Connection, 'run'>;
type QueryRest<Data> = Omit<UseQueryOptions<Data, PergolaError>, 'queryKey' | 'queryFn'>;
type MutationRest<Data, Variables> = Omit<UseMutationOptions<Data, PergolaError, Variables>, 'mutationFn'>;

/** Key and function of a query, for prefetching and for `useQueries`. The key begins with the operation's name. */
export const operationOptions = <Data, Variables>(
  client: Runner,
  operation: Operation<Data, Variables>,
  variables: Variables,
) =>
  queryOptions<Data, PergolaError>({
    queryKey: [operation.name, variables],
    queryFn: ({ signal }) => client.run(operation, variables, { signal }),
    // The client has tried again already where that is safe.
    retry: false,
  });

/** Reads: `useOperation(client, observations, { first: 20 })`. */
export const useOperation = <Data, Variables>(
  client: Runner,
  operation: Operation<Data, Variables>,
  variables: Variables,
  options?: QueryRest<Data>,
) => useQuery<Data, PergolaError>({ ...operationOptions(client, operation, variables), ...options });

/** Writes: `const { mutate } = useChange(client, updateObservation)`. */
export const useChange = <Data, Variables>(
  client: Runner,
  operation: Operation<Data, Variables>,
  options?: MutationRest<Data, Variables>,
) =>
  useMutation<Data, PergolaError, Variables>({
    mutationFn: (variables) => client.run(operation, variables),
    ...options,
  });
