import { useMutation } from '@tanstack/react-query';
import { signIn } from './client.ts';
import { Refusal } from './refusal.tsx';

export function SignIn({ onSignedIn }: { onSignedIn: (email: string) => void }) {
  const { mutate, error, isPending } = useMutation({
    mutationFn: ({ email, password }: { email: string; password: string }) => signIn(email, password),
    onSuccess: (_, { email }) => onSignedIn(email),
  });
  const submit = (form: FormData) => {
    const { email = '', password = '' } = Object.fromEntries(form);
    // Only a file would be no text, and the form has none.
    if (typeof email === 'string' && typeof password === 'string') mutate({ email, password });
  };
  return (
    <form action={submit}>
      <input name="email" type="email" aria-label="E-mail" placeholder="E-mail" autoComplete="username" required />
      <input
        name="password"
        type="password"
        aria-label="Password"
        placeholder="Password"
        autoComplete="current-password"
        required
      />
      <button disabled={isPending}>Sign in</button>
      <Refusal error={error} />
    </form>
  );
}
