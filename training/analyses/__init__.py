"""What is computed from a prescription: one file a coach, pure functions, numbers in, numbers out.

Every analysis has a `method`, the short names of its formulas, and `reasons`: from the dotted path of a figure to a
sentence, for each figure that is null and for each that leaves something out.
"""
