// Reviews to read before inviting
// Of a person: paid, gifted and invited reviews and those of two stars or less first, then the newest.
// @param consumer string  one of the person's accounts, as source:id
// :param consumer => 'ciao:212'
MATCH (:Consumer {consumer: $consumer})<-[:HAS_ACCOUNT]-(person:Person)
MATCH (person)-[has:HAS_ACCOUNT]->(account:Consumer)-[wrote:WROTE]->(review:Review)
OPTIONAL MATCH (review)-[about:ABOUT]->(product:Product)
RETURN person, has, account, wrote, review, about, product
ORDER BY CASE WHEN review.origin IN ['paid', 'gifted', 'invited'] OR review.rating <= 2 THEN 0 ELSE 1 END,
         review.created_at IS NULL, review.created_at DESC, review.review
LIMIT 20
