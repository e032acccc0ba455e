/** Mutations of many papers, and what differs after them. */
import { difference, type TinyService } from './tiny-service.ts';

export const update = (args: string, select = '{ count updated denied nodes { id } }') =>
  `mutation { updatePapers(${args}) ${select} }`;
export const remove = (args: string, select = '{ count deleted denied nodes { id } }') =>
  `mutation { deletePapers(${args}) ${select} }`;
export const everyPaper = 'where: { id: { not: null } }';

export const refused = (field: string, code: string, message: string, inputPath?: string) => ({
  data: null,
  errors: [{ code, message, path: field, ...(inputPath && { inputPath }) }],
});

export async function changed(service: TinyService, document: string) {
  const before = await service.everything();
  const answer = await service.run(document);
  return { answer, changes: difference(before, await service.everything()) };
}
