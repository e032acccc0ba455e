import type { Role } from '../../generated/model-types.ts';
import { policyLanguage } from '../../policy/policy.ts';

/** The language of policies with the role names of `prisma/schema.prisma`, in lower case. */
export const policy = policyLanguage<Lowercase<Role>>();
