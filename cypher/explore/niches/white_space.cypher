// White space
// The published run: niches by the share of members whom no wide-audience account reaches: only key opinion consumers
// do, or nobody who is listed. Members of whom it is not known whom they hear count as reached.
MATCH (n:Niche)
RETURN n.niche AS niche, n.name AS name, n.people AS people, n.reached_kol AS reached_kol, n.only_koc AS only_koc,
       n.nobody AS nobody, n.not_known AS not_known,
       CASE WHEN n.not_known < n.people THEN 1.0 * (n.only_koc + n.nobody) / n.people END AS white_space,
       n.kocs AS kocs, n.kols AS kols
ORDER BY white_space IS NULL, white_space DESC, people DESC, niche
