import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Observations } from './observations.tsx';
import { SignIn } from './sign-in.tsx';
import { Surveys } from './surveys.tsx';

export function App() {
  const cache = useQueryClient();
  const [email, setEmail] = useState<string>();
  const [surveyId, setSurveyId] = useState<string>();
  const signedIn = (as: string) => {
    setEmail(as);
    // What a guest was shown is not what somebody is shown.
    void cache.resetQueries();
  };
  return (
    <main>
      <header>
        <h1>Field surveys</h1>
        {email === undefined ? <SignIn onSignedIn={signedIn} /> : <p>Signed in as {email}</p>}
      </header>
      <Surveys chosen={surveyId} onChoose={setSurveyId} />
      {surveyId !== undefined && <Observations key={surveyId} surveyId={surveyId} />}
    </main>
  );
}
