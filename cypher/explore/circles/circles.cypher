// Stability and status of the circles
// The published run: the circles, most stable first.
// stability is the recovery rate in resampled networks; inside_share the share of the ties that stay inside.
MATCH (k:Circle)
RETURN k.circle AS circle, k.name AS name, k.people AS people, k.stability AS stability, k.status AS status,
       k.change AS change, k.kocs AS kocs, k.kols AS kols, k.inside_share AS inside_share, k.evidence AS evidence
ORDER BY stability DESC, people DESC, circle
