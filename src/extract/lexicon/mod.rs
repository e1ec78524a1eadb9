//! Word lists of extraction: cues and stances, roles and titles, first names, nominals.
