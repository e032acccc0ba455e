/** What GraphiQL opens with at a first visit. */
export const startingTabs: readonly string[] = ['query WhoAmI {\n  viewer {\n    kind\n  }\n}\n'];
