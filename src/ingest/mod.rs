//! Files and streams to articles: walk, decode, repair, and one file per format.
