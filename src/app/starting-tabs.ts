/** What GraphiQL opens with at a first visit: one query for each thing worth trying, with rows of the sample data. */
export const startingTabs: readonly string[] = [
  `# Countries with their neighbours.
# Try: add languages { nodes { name } }.
query Countries {
  countries(
    where: { region: { equals: "Europe" } }
    orderBy: [{ area: desc }]
    first: 10
  ) {
    totalCount
    nodes {
      flag
      name
      area
      borders {
        totalCount
        nodes {
          name
        }
      }
    }
  }
}
`,
  `# Page by page.
# Try: put endCursor into after, run again.
query Cities {
  country(where: { code: "NL" }) {
    name
    cities(
      orderBy: [{ name: asc }]
      first: 10
      after: null
    ) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        name
        admin1
        coordinates
      }
    }
  }
}
`,
  `# One query, other rows for everyone.
# Try: run it, click member above, run it again.
query Surveys {
  surveys(orderBy: [{ title: asc }]) {
    totalCount
    nodes {
      title
      visibility
      organization {
        name
      }
      sites(first: 3) {
        nodes {
          name
          city {
            name
            countryCode
          }
          observations(first: 3) {
            totalCount
            nodes {
              quantity
              value
              unit
              status
            }
          }
        }
      }
    }
  }
}
`,
  `# Why is internalNote null? "errors" says it.
# Try: run it as member, then as reviewer.
query WhyIsItNull {
  observations(
    where: { status: { equals: REJECTED } }
    orderBy: [{ measuredAt: asc }]
    first: 6
  ) {
    nodes {
      quantity
      value
      unit
      status
      internalNote
    }
  }
}
`,
  `# Writes a row.
# Try: run it as guest, as member, and once more.
mutation CreateTag {
  createTag(
    data: { slug: "night", label: "At night" }
  ) {
    slug
    label
  }
}
`,
];
