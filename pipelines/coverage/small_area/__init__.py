"""The small-area model: where, within a kommun and class, coverage is likely to lack when no evidence says.

PTS publishes a share per kommun and class; the model says how it is likely to be spread. Steps, in order:

* :mod:`.features`: what is known of each cell from address points and localities: remoteness, towns, people;
* :mod:`.contiguity`: which cells hang together: towns, and villages, whose addresses get coverage together;
* :mod:`.fit`: how coverage follows the features, fitted on kommuner with complete evidence, else assumed;
* :mod:`.shift`: one intercept per kommun and class, so that PTS's figure is met exactly;
* :mod:`.cluster_variance`: how much neighbours go together, from what the fit missed;
* :mod:`.intervals`: 90 % intervals per 5 × 5 km square and kommun.

docs/modell.md tells the method, its assumptions and how well it does.
"""
