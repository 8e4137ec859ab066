// Patterns to look at first
// The published run: key opinion consumers with a pattern to look at, by rank, and reviews of theirs that nearly copy
// another text.
MATCH (person:Person)
WHERE person.rank >= 1 AND size(person.patterns) > 0
OPTIONAL MATCH (person)-[has:HAS_ACCOUNT]->(account:Consumer)-[wrote:WROTE]->(review:Review)
               -[copied:COPIED_FROM]->(original:Review)
OPTIONAL MATCH (original)<-[original_wrote:WROTE]-(author:Consumer)
RETURN person, has, account, wrote, review, copied, original, original_wrote, author
ORDER BY person.rank, review.review, original.review
LIMIT 100
