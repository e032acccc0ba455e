import { graphql, type Api } from '@pergola/sdk';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from './client.ts';
import { Refusal } from './refusal.tsx';

const surveysDocument = graphql(`
  query Surveys($where: SurveyWhere, $first: Int, $after: String) {
    surveys(where: $where, first: $first, after: $after, orderBy: [{ title: asc }]) {
      totalCount
      nodes {
        id
        title
        visibility
        organization {
          name
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);
const pageSize = 5;

interface Props {
  chosen: string | undefined;
  onChoose: (id: string) => void;
}

export function Surveys({ chosen, onChoose }: Props) {
  const [title, setTitle] = useState('');
  const [visibility, setVisibility] = useState<Api.SurveyVisibility>();
  /** The cursors of the pages before this one; the last of them is where this one begins. */
  const [cursors, setCursors] = useState<string[]>([]);
  const where: Api.SurveyWhere = {
    title: { contains: title },
    ...(visibility && { visibility: { equals: visibility } }),
  };
  const { data, error } = useQuery({
    queryKey: ['surveys', where, cursors],
    queryFn: ({ signal }) =>
      client.request(surveysDocument, { where, first: pageSize, after: cursors.at(-1) ?? null }, { signal }),
    placeholderData: keepPreviousData,
  });
  const filter = (change: () => void) => {
    change();
    setCursors([]);
  };
  const { nodes = [], totalCount = 0, pageInfo } = data?.surveys ?? {};
  return (
    <section aria-label="Surveys">
      <form role="search" onSubmit={(event) => event.preventDefault()}>
        <input
          aria-label="Title"
          placeholder="Title"
          value={title}
          onChange={({ target }) => filter(() => setTitle(target.value))}
        />
        <select
          aria-label="Visibility"
          value={visibility ?? ''}
          onChange={({ target }) =>
            filter(() => setVisibility(target.value === '' ? undefined : (target.value as Api.SurveyVisibility)))
          }
        >
          <option value="">public and private</option>
          <option value="PUBLIC">public</option>
          <option value="PRIVATE">private</option>
        </select>
      </form>
      <Refusal error={error} />
      <table>
        <thead>
          <tr>
            <th>Title</th>
            <th>Organization</th>
            <th>Visibility</th>
          </tr>
        </thead>
        <tbody>
          {nodes.map(({ id, title: name, visibility: seen, organization }) => (
            <tr key={id} aria-selected={id === chosen}>
              <td>
                <button onClick={() => onChoose(id)}>{name}</button>
              </td>
              <td>{organization?.name}</td>
              <td>{seen.toLowerCase()}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <nav aria-label="Pages">
        <button disabled={cursors.length === 0} onClick={() => setCursors(cursors.slice(0, -1))}>
          Previous
        </button>
        <span>
          page {cursors.length + 1} of {Math.max(1, Math.ceil(totalCount / pageSize))}, {totalCount} surveys
        </span>
        <button
          disabled={!pageInfo?.hasNextPage}
          onClick={() => pageInfo?.endCursor && setCursors([...cursors, pageInfo.endCursor])}
        >
          Next
        </button>
      </nav>
    </section>
  );
}
