import type { Builder } from '../builder.ts';
import { addMailboxFields } from './mailbox-fields.ts';
import { addPasswordFields } from './password-fields.ts';
import { addSecondFactorFields } from './second-factor-fields.ts';
import { addSessionFields } from './session-fields.ts';
import { addTokenFields } from './token-fields.ts';
import { addViewerField } from './viewer-field.ts';

/** The only fields that are neither derived nor the application's. Their names are kept free in `model/naming.ts`. */
export function addAccountFields(builder: Builder) {
  const viewer = addViewerField(builder);
  const signInResult = addSessionFields(builder, viewer);
  addTokenFields(builder, viewer);
  addPasswordFields(builder, signInResult);
  addMailboxFields(builder, signInResult);
  addSecondFactorFields(builder, viewer);
}
