// What people answered in a campaign
// Everybody who gave feedback in a campaign or focus group, their answers, and the products that these are about.
// @param campaign string  the campaign's id
// :param campaign => 'campaign:spring'
MATCH (account:Consumer)-[gave:GAVE]->(answer:Feedback)-[to:ANSWERS]->(campaign:Campaign {campaign: $campaign})
OPTIONAL MATCH (answer)-[concerns:CONCERNS]->(product:Product)
RETURN account, gave, answer, to, campaign, concerns, product
ORDER BY answer.feedback
LIMIT 100
