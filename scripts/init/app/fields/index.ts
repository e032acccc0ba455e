import type { Extension } from '../../graphql/build-api.ts';

/** Hand-written fields, beside the derived ones. */
export const extensions: readonly Extension[] = [];
