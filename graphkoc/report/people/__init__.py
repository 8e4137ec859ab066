"""Who stands on the page, and why: cards, the list of all, and whom to invite."""
