/** A schema that is larger than most: a ring of models with 15 fields each, so that paths through relations never end. */
export function largeSchema(models: number): string {
  const parentOf = (at: number) => (at + models - 1) % models;
  const modelText = (at: number) => `model M${at} {
  id       String    @id
  title    String
  body     String?
  count    Int
  total    BigInt
  amount   Decimal
  flag     Boolean
  at       DateTime
  day      DateTime?
  status   Status
  details  Json?
  ownerId  String
  parentId String
  parent   M${parentOf(at)} @relation("r${at}", fields: [parentId], references: [id])
  children M${(at + 1) % models}[] @relation("r${(at + 1) % models}")
}`;
  return `datasource db {
  provider = "sqlite"
}
generator pergola {
  provider = "node --import tsx src/model/generator.ts"
  output   = "./src/generated"
}
enum Status {
  OPEN
  DONE
}
${Array.from({ length: models }, (_, at) => modelText(at)).join('\n')}`;
}
