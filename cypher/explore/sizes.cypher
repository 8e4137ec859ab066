// How much of everything the store holds.
MATCH (n:Consumer) RETURN 'consumers' AS what, count(n) AS how_many
UNION ALL MATCH (n:Product) RETURN 'products' AS what, count(n) AS how_many
UNION ALL MATCH (n:Review) RETURN 'reviews' AS what, count(n) AS how_many
UNION ALL MATCH (:Consumer)-[n:FOLLOWS]->(:Consumer) RETURN 'follows' AS what, count(n) AS how_many
UNION ALL MATCH (:Consumer)-[n:ENGAGED]->(:Review) RETURN 'engagements' AS what, count(n) AS how_many
UNION ALL MATCH (:Consumer)-[n:PURCHASED]->(:Product) RETURN 'purchases' AS what, count(n) AS how_many
UNION ALL MATCH (:Consumer)-[n:JOINED]->(:MemberGroup) RETURN 'memberships' AS what, count(n) AS how_many
UNION ALL MATCH (:Consumer)-[n:BELONGS_TO]->(:Person) RETURN 'identities' AS what, count(n) AS how_many
