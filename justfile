# The habits of the project. `just` lists them.

_default:
    @just --list

# Everything CI checks
ci:
    .ci/run

# All tests
test:
    cargo test

# Format, lints, docs
lint:
    cargo fmt --check
    cargo clippy --all-targets -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps

# All benchmarks
bench *ARGS:
    cargo bench {{ARGS}}

# Accuracy on the annotated articles of corpus/
eval *ARGS:
    cargo run --release -- eval corpus/truth/annotations.jsonl {{ARGS}}

# Accept the present output as the expected output of tests/cmd
bless:
    TRYCMD=overwrite cargo test --test it cmd

# Write the table of accuracy into the README
accuracy:
    cargo run --release -- eval corpus/truth/annotations.jsonl --markdown | sed '/^| speaker in gold/,$d' > target/accuracy.md
    sed -i -e '/<!-- accuracy:/r target/accuracy.md' -e '/<!-- accuracy:/,/<!-- accuracy ends/{/accuracy/!d}' README.md

# The pages in headless Chromium
web *ARGS:
    tests/web/run {{ARGS}}

# Load on the server over a large index
load INDEX *ARGS:
    tests/web/load {{INDEX}} {{ARGS}}
