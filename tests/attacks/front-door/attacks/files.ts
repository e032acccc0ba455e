/** Attacks by files that come in and go out. */
import { gzipSync } from 'node:zlib';
import type { Attack, Sent } from '../attack.ts';
import { refusedWith } from '../expectations.ts';

/** Twelve files, each long enough for the next to come before it is done. */
const manyFiles = Array.from({ length: 12 }, (_, file) =>
  Array.from({ length: 200 }, (_row, at) => `{"slug":"case-85-${file}-${at}","label":"x"}\n`).join(''),
);

const imported = (format: string, more = ''): Sent => ({
  path: `/-/import/Tag?format=${format}&key=slug${more}`,
  as: 'admin',
});

/** What a spreadsheet would reckon, as texts. */
const formulas = ['=1+1', '+1', '-1', '@a', "'x", '"=1"', "''", '\uff1d1', ' =1', 'a;b'];

export const files: readonly Attack[] = [
  {
    number: 85,
    title: 'so many files come at once from one caller',
    sends: manyFiles.map((body) => ({ path: '/-/import/Tag?format=ndjson&key=slug', as: 'admin', body })),
    together: true,
    expects: (answers) => {
      const refused = answers.filter(({ status }) => status === 429);
      const waiting = refused.every(({ headers }) => /^[1-9]\d*$/.test(headers.get('retry-after') ?? ''));
      return waiting && refused.length >= 6 ? undefined : `${12 - refused.length} were taken`;
    },
    passes: 'limits no files',
  },
  {
    number: 92,
    title: 'an export begins no cell like a formula, and an import makes of it what it was',
    sends: [
      {
        ...imported('ndjson'),
        body: formulas.map((label, at) => JSON.stringify({ slug: `formula-${at}`, label })).join('\n'),
      },
      {
        method: 'GET',
        path: `/-/export/Tag?format=csv&where=${encodeURIComponent('{"slug":{"startsWith":"formula-"}}')}`,
      },
      (_, [, csv]) => ({ ...imported('csv'), body: csv!.text }),
    ],
    expects: (answers) => {
      const [, csv, again] = answers;
      const begins = /(^|,|\n)"*[=+\-@\uff1d\t\r][^,]*/.exec(csv!.text)?.[0];
      if (begins !== undefined || csv!.status !== 200) return `a cell is ${JSON.stringify(begins)}`;
      return again!.text.includes(`"same":${formulas.length}`) ? undefined : again!.text;
    },
    passes: 'exports cells as they are',
  },
  {
    number: 93,
    title: 'what is packed in a file is not unpacked',
    sends: [
      Buffer.from('504b0304140000000800', 'hex'),
      Buffer.from('377abcaf271c0004', 'hex'),
      Buffer.concat([Buffer.alloc(257), Buffer.from('ustar'), Buffer.alloc(250)]),
      gzipSync(gzipSync('slug,label\na,b\n')),
      gzipSync(Buffer.from('504b0304140000000800', 'hex')),
    ].map((bytes) => ({ ...imported('csv'), body: new Uint8Array(bytes) })),
    expects: refusedWith('IMPORT_BAD_FILE'),
    passes: 'opens what is packed twice',
  },
  {
    number: 100,
    title: 'nothing is fetched: an address is a value, and an import has no place for one',
    sends: ['http://127.0.0.1:1/', 'http://169.254.169.254/latest/meta-data', 'file:///etc/passwd'].map((address) => ({
      ...imported('csv', `&url=${encodeURIComponent(address)}`),
      body: 'slug,label\na,b\n',
    })),
    expects: refusedWith('BAD_INPUT'),
    passes: 'fetches what an import names',
  },
];
