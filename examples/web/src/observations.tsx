import { observations, updateObservation } from '@pergola/sdk';
import { useChange, useOperation } from '@pergola/sdk/react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ValueChart } from './chart.tsx';
import { client } from './client.ts';
import { Refusal } from './refusal.tsx';

export function Observations({ surveyId }: { surveyId: string }) {
  const cache = useQueryClient();
  const [edited, setEdited] = useState<{ id: string; value: string }>();
  const { data, error } = useOperation(client, observations, {
    where: { site: { is: { survey: { is: { id: { equals: surveyId } } } } } },
    orderBy: [{ measuredAt: 'asc' }],
    first: 100,
  });
  const change = useChange(client, updateObservation, {
    onSuccess: () => cache.invalidateQueries({ queryKey: ['observations'] }),
    onSettled: () => setEdited(undefined),
  });
  if (error) return <Refusal error={error} />;
  if (!data) return <p>One moment.</p>;
  return (
    <section aria-label="Observations">
      <ValueChart rows={data.nodes} />
      <Refusal error={change.error} />
      <ul>
        {data.nodes.map(({ id, measuredAt, quantity, value, unit, status }) => (
          <li key={id}>
            <time dateTime={measuredAt.toISOString()}>{measuredAt.toLocaleString('en', { timeZone: 'UTC' })}</time>
            <span>
              {quantity}, {status.toLowerCase()}
            </span>
            {edited?.id === id ? (
              <form action={() => change.mutate({ where: { id }, data: { value: edited.value } })}>
                <input
                  aria-label="Value"
                  inputMode="decimal"
                  value={edited.value}
                  onChange={({ target }) => setEdited({ id, value: target.value })}
                />
                <button disabled={change.isPending}>Save</button>
              </form>
            ) : (
              <button onClick={() => setEdited({ id, value })}>
                {value} {unit}
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
