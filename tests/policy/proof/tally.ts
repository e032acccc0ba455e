/** What a proof has done so far. */
export interface Tally {
  worlds: number;
  /** Answers that were what the reference says: P1. */
  runs: number;
  /** Of these, the ones that met a hidden row and a hidden field. */
  counted: number;
  /** Of the runs, those that were refused for a field that the viewer may not use so. */
  refused: number;
  /** Neither right nor wrong: one statement could not hold them. */
  tooDeep: number;
  /** Answers that were the same in a world that differs in what the viewer may not read: P2. */
  twice: number;
  /** Lists that were the same page by page: P3. */
  paged: number;
  /** Answers that were less with one right less: P4. */
  shrunk: number;
}

export const noTally = (): Tally => ({
  worlds: 0,
  runs: 0,
  counted: 0,
  refused: 0,
  tooDeep: 0,
  twice: 0,
  paged: 0,
  shrunk: 0,
});

/** The closing lines, which scripts read. */
export const closingLines = ({ runs, counted, worlds, refused, tooDeep, twice, paged, shrunk }: Tally): string[] => [
  `P1 ${runs} answers as the reference says, in ${worlds} worlds (${refused} refusals; ${tooDeep} left out as too deep)`,
  `P2 ${twice} answers the same where only hidden things differ, P3 ${paged} lists page by page, P4 ${shrunk} with a right less`,
  `counted runs ${counted} of ${runs}`,
];
