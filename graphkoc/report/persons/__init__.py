"""What the page of one person says: who follows, when they posted, what makes the score, checks, and campaigns."""
