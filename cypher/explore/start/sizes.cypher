// What is in here
// The number of rows of each table in the store, and of what the published run left.
// OPTIONAL counts tables without rows too; nodes without a key belong to somebody else.
OPTIONAL MATCH (n:Consumer) RETURN 'consumers' AS what, count(n.consumer) AS how_many
UNION ALL OPTIONAL MATCH (n:Product) RETURN 'products' AS what, count(n.product) AS how_many
UNION ALL OPTIONAL MATCH (n:Review) RETURN 'reviews' AS what, count(n.review) AS how_many
UNION ALL OPTIONAL MATCH (:Consumer)-[n:FOLLOWS]->(:Consumer) RETURN 'follows' AS what, count(n) AS how_many
UNION ALL OPTIONAL MATCH (:Consumer)-[n:ENGAGED]->(:Review) RETURN 'engagements' AS what, count(n) AS how_many
UNION ALL OPTIONAL MATCH (:Consumer)-[n:PURCHASED]->(:Product) RETURN 'purchases' AS what, count(n) AS how_many
UNION ALL OPTIONAL MATCH (:Consumer)-[n:JOINED]->(:MemberGroup) RETURN 'memberships' AS what, count(n) AS how_many
UNION ALL OPTIONAL MATCH (:Consumer)-[n:BELONGS_TO]->(:Person) RETURN 'identities' AS what, count(n) AS how_many
UNION ALL OPTIONAL MATCH (n:Campaign) RETURN 'campaigns' AS what, count(n.campaign) AS how_many
UNION ALL OPTIONAL MATCH (:Campaign)-[n:INVITED]->(:Consumer) RETURN 'invitations' AS what, count(n) AS how_many
UNION ALL OPTIONAL MATCH (:Campaign)-[n:TRACKS]->(:Consumer) RETURN 'campaign_events' AS what, count(n) AS how_many
UNION ALL OPTIONAL MATCH (:Campaign)-[n:ACTIVATED]->(:Consumer) RETURN 'posts' AS what, count(n) AS how_many
UNION ALL OPTIONAL MATCH (:Campaign)-[n:OFFERED]->(:Product) RETURN 'campaign_units' AS what, count(n) AS how_many
UNION ALL OPTIONAL MATCH (n:Feedback) RETURN 'feedback' AS what, count(n.feedback) AS how_many
UNION ALL OPTIONAL MATCH (n:Load) RETURN 'loads' AS what, count(n.load) AS how_many
UNION ALL OPTIONAL MATCH (n:Run) RETURN 'runs' AS what, count(n.run) AS how_many
UNION ALL OPTIONAL MATCH (n:Person) RETURN 'people analysed' AS what, count(n.tier) AS how_many
UNION ALL OPTIONAL MATCH (n:Person) RETURN 'people with a rank' AS what, count(n.rank) AS how_many
UNION ALL OPTIONAL MATCH (n:Niche) RETURN 'niches' AS what, count(n.niche) AS how_many
UNION ALL OPTIONAL MATCH (n:Circle) RETURN 'circles' AS what, count(n.circle) AS how_many
