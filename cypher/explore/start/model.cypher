// The model, one example of each
// One example of each relationship, with the nodes at its ends. What the store does not have is left out.
OPTIONAL MATCH wrote = (:Consumer)-[:WROTE]->(:Review)-[:ABOUT]->(:Product)-[:IN_CATEGORY]->(:Category)
WITH wrote LIMIT 1
OPTIONAL MATCH follows = (:Consumer)-[:FOLLOWS]->(:Consumer)
WITH wrote, follows LIMIT 1
OPTIONAL MATCH engaged = (:Consumer)-[:ENGAGED]->(:Review)
WITH wrote, follows, engaged LIMIT 1
OPTIONAL MATCH purchased = (:Consumer)-[:PURCHASED]->(:Product)
WITH wrote, follows, engaged, purchased LIMIT 1
OPTIONAL MATCH joined = (:Consumer)-[:JOINED]->(:MemberGroup)
WITH wrote, follows, engaged, purchased, joined LIMIT 1
OPTIONAL MATCH linked = (:Consumer)-[:BELONGS_TO]->(:Person)
WITH wrote, follows, engaged, purchased, joined, linked LIMIT 1
OPTIONAL MATCH account = (:Person)-[:HAS_ACCOUNT]->(:Consumer)
WITH wrote, follows, engaged, purchased, joined, linked, account LIMIT 1
OPTIONAL MATCH hears = (:Person)-[:HEARS]->(:Person)
WITH wrote, follows, engaged, purchased, joined, linked, account, hears LIMIT 1
OPTIONAL MATCH niche = (:Person)-[:MEMBER_OF]->(:Niche)
WITH wrote, follows, engaged, purchased, joined, linked, account, hears, niche LIMIT 1
OPTIONAL MATCH reaches = (:Person)-[:REACHES]->(:Niche)
WITH wrote, follows, engaged, purchased, joined, linked, account, hears, niche, reaches LIMIT 1
OPTIONAL MATCH finer = (:Niche)-[:INSIDE]->(:Niche)-[:OF]->(:Category)
WITH wrote, follows, engaged, purchased, joined, linked, account, hears, niche, reaches, finer LIMIT 1
OPTIONAL MATCH circle = (:Person)-[:MEMBER_OF]->(:Circle)-[:CARRIES]->(:Niche)
WITH wrote, follows, engaged, purchased, joined, linked, account, hears, niche, reaches, finer, circle LIMIT 1
OPTIONAL MATCH bridge = (:Person)-[:BRIDGES]->(:Circle)-[:BRIDGED_TO]->(:Circle)
WITH wrote, follows, engaged, purchased, joined, linked, account, hears, niche, reaches, finer, circle, bridge LIMIT 1
OPTIONAL MATCH event = (:Event)-[:HAPPENED_TO]->(:Circle)
WITH wrote, follows, engaged, purchased, joined, linked, account, hears, niche, reaches, finer, circle, bridge, event
     LIMIT 1
OPTIONAL MATCH copied = (:Review)-[:COPIED_FROM]->(:Review)
WITH wrote, follows, engaged, purchased, joined, linked, account, hears, niche, reaches, finer, circle, bridge, event,
     copied LIMIT 1
OPTIONAL MATCH invited = (:Campaign)-[:INVITED]->(:Consumer)
WITH wrote, follows, engaged, purchased, joined, linked, account, hears, niche, reaches, finer, circle, bridge, event,
     copied, invited LIMIT 1
OPTIONAL MATCH tracks = (:Campaign)-[:TRACKS]->(:Consumer)
WITH wrote, follows, engaged, purchased, joined, linked, account, hears, niche, reaches, finer, circle, bridge, event,
     copied, invited, tracks LIMIT 1
OPTIONAL MATCH posted = (:Campaign)-[:ACTIVATED]->(:Consumer)
WITH wrote, follows, engaged, purchased, joined, linked, account, hears, niche, reaches, finer, circle, bridge, event,
     copied, invited, tracks, posted LIMIT 1
OPTIONAL MATCH offered = (:Campaign)-[:OFFERED]->(:Product)
WITH wrote, follows, engaged, purchased, joined, linked, account, hears, niche, reaches, finer, circle, bridge, event,
     copied, invited, tracks, posted, offered LIMIT 1
OPTIONAL MATCH answered = (:Consumer)-[:GAVE]->(:Feedback)-[:ANSWERS]->(:Campaign)
WITH wrote, follows, engaged, purchased, joined, linked, account, hears, niche, reaches, finer, circle, bridge, event,
     copied, invited, tracks, posted, offered, answered LIMIT 1
OPTIONAL MATCH concerns = (:Feedback)-[:CONCERNS]->(:Product)
WITH wrote, follows, engaged, purchased, joined, linked, account, hears, niche, reaches, finer, circle, bridge, event,
     copied, invited, tracks, posted, offered, answered, concerns LIMIT 1
OPTIONAL MATCH run = (:Run)-[:READ]->(:Load)
RETURN wrote, follows, engaged, purchased, joined, linked, account, hears, niche, reaches, finer, circle, bridge, event,
       copied, invited, tracks, posted, offered, answered, concerns, run
LIMIT 1
