import { createClient, graphql } from '@pergola/sdk';

/** For as long as the page is open. A token that is kept in the browser's storage is there for whatever script gets in. */
let token: string | undefined;

export const client = createClient({
  url: `${import.meta.env['VITE_PERGOLA_URL'] ?? 'http://localhost:4000'}/graphql`,
  token: () => token,
});

const signInDocument = graphql(`
  mutation SignIn($email: String!, $password: String!) {
    signIn(email: $email, password: $password) {
      token
    }
  }
`);

export async function signIn(email: string, password: string): Promise<void> {
  ({
    signIn: { token },
  } = await client.request(signInDocument, { email, password }));
}
