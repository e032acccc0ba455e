/** What GraphiQL opens with at a first visit: one query for each thing worth trying, with rows of the sample data. */
export const startingTabs: readonly string[] = [
  `# Countries with their neighbours. Try: change where, or ask a country for its languages and currencies.
query Countries {
  countries(where: { region: { equals: "Europe" } }, orderBy: [{ area: desc }], first: 10) {
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
  `# Page by page. Try: copy endCursor into after, as in (first: 10, after: "..."), and run again.
query Cities {
  country(where: { code: "NL" }) {
    name
    cities(orderBy: [{ name: asc }], first: 10) {
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
  `# One query, other rows for everyone. Try: run it as guest, click "member" above, and run it again.
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
          observations(first: 3, orderBy: [{ measuredAt: desc }]) {
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
  `# Why is it null? internalNote is for reviewers: "errors" below the data says so. Try: as member, then as reviewer.
query WhyIsItNull {
  observations(orderBy: [{ measuredAt: desc }], first: 5) {
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
  `# Writes a row. Try: as guest it is refused; as member it works once, and the second time the slug is taken.
mutation CreateTag {
  createTag(data: { slug: "night-reading", label: "Read at night" }) {
    slug
    label
  }
}
`,
];
