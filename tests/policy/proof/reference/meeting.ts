import { fieldIn, modelIn, type Shape } from '../shape.ts';
import { rowsOf, type Value } from '../world.ts';
import type { DataText, WriteText } from '../write-text.ts';
import type { Rights } from './rights.ts';

/** A write counts when the models that it names hide a row from the viewer, and a field of a row that they read. */
export function isMeeting(write: WriteText, rights: Rights): boolean {
  const { world } = rights;
  const models = [...namedIn(write, world.shape)];
  const hidesRow = models.some((name) => rights.readable(name).length < rowsOf(world, name).length);
  const hidesField = models.some((name) =>
    rights.readable(name).some((row) =>
      modelIn(world.shape, name).fields.some(
        (field) =>
          !rights.mayField(name, row, field.name, 'read') ||
          // The columns of relations are written through them.
          (field.kind === 'relation' && !rights.mayField(name, row, field.name, 'write')),
      ),
    ),
  );
  return hidesRow && hidesField;
}

function namedIn({ model, ...inputs }: WriteText, shape: Shape): Set<string> {
  const named = new Set([model]);
  const visit = (value: Value, at: string): void => {
    if (Array.isArray(value)) for (const it of value) visit(it as Value, at);
    else if (typeof value === 'object' && value !== null) {
      for (const [name, it] of Object.entries(value as DataText)) {
        const isField = modelIn(shape, at).fields.some((field) => field.name === name);
        const field = isField ? fieldIn(modelIn(shape, at), name) : undefined;
        if (field?.kind === 'relation') named.add(field.target);
        visit(it, field?.kind === 'relation' ? field.target : at);
      }
    }
  };
  for (const it of Object.values(inputs)) visit(it as Value, model);
  return named;
}
