// What is in here
// The number of rows of each table in the store.
// OPTIONAL counts tables without rows too; nodes without a key belong to somebody else.
OPTIONAL MATCH (n:Consumer) RETURN 'consumers' AS what, count(n.consumer) AS how_many
UNION ALL OPTIONAL MATCH (n:Product) RETURN 'products' AS what, count(n.product) AS how_many
UNION ALL OPTIONAL MATCH (n:Review) RETURN 'reviews' AS what, count(n.review) AS how_many
UNION ALL OPTIONAL MATCH (:Consumer)-[n:FOLLOWS]->(:Consumer) RETURN 'follows' AS what, count(n) AS how_many
UNION ALL OPTIONAL MATCH (:Consumer)-[n:ENGAGED]->(:Review) RETURN 'engagements' AS what, count(n) AS how_many
UNION ALL OPTIONAL MATCH (:Consumer)-[n:PURCHASED]->(:Product) RETURN 'purchases' AS what, count(n) AS how_many
UNION ALL OPTIONAL MATCH (:Consumer)-[n:JOINED]->(:MemberGroup) RETURN 'memberships' AS what, count(n) AS how_many
UNION ALL OPTIONAL MATCH (:Consumer)-[n:BELONGS_TO]->(:Person) RETURN 'identities' AS what, count(n) AS how_many
