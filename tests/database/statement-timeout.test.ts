/** A statement that takes too long is ended where the engine can end one (case 81). */
import { describe, expect, it } from 'vitest';
import { connect } from '../../src/database/connection.ts';
import { requirement } from '../support/requirements.ts';
import { createDatabase, type ServerName } from '../support/test-engine.ts';
import { tinyParts } from '../support/tiny-service.ts';

const { datamodel } = tinyParts({ prisma: '\nmodel Row {\n  id Int @id\n}' });

async function endsAndGoesOn(engine: ServerName, endless: string) {
  const made = await createDatabase(engine, datamodel);
  const connection = await connect(`${made.url}?statement_timeout=1&connection_limit=1`);
  try {
    const started = performance.now();
    await expect(connection.read(endless, [])).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    expect(performance.now() - started).toBeLessThan(8_000);
    // The only connection is good for the next.
    return String(await connection.read("select 'next'", []));
  } finally {
    await connection.close();
    await made.drop();
  }
}

describe('a statement that takes too long (81)', () => {
  it('is ended by MySQL, and its connection serves the next', requirement('mysql').needed, async () => {
    expect(
      await endsAndGoesOn(
        'mysql',
        'select count(*) from information_schema.columns a, information_schema.columns b, information_schema.columns c',
      ),
    ).toBe('next');
  });

  it('is ended by PostgreSQL, and its connection serves the next', requirement('postgresql').needed, async () => {
    expect(await endsAndGoesOn('postgresql', 'select count(*)::text from generate_series(1, 100000000000)')).toBe(
      'next',
    );
  });
});
