// Which run am I looking at, and may I trust it
// The analysis whose results the graph shows: its reference date, its method, and whether the past shows a signal
// beyond chance (signal: yes, no or not checked; warning says more). invented names data that are made up.
MATCH (r:Run {shown: 'yes'})
OPTIONAL MATCH (r)-[:FOLLOWS_ON]->(before:Run)
RETURN r.run AS run, r.at AS at, r.made_at AS made_at, r.platform AS platform, r.until AS until, r.method AS method,
       r.signal AS signal, r.warning AS warning, r.people AS people, r.reviews AS reviews, r.invented AS invented,
       r.version AS version, before.run AS follows_on
ORDER BY run
