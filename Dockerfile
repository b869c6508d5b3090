# Two images: the program alone (the default), and `--target alpine` with a shell and git, for jobs that run in a container
# and compare with another revision.

FROM rust:1.95-alpine AS build
# The TLS library is partly C. What Alpine ships for this release of it is what is wanted.
# hadolint ignore=DL3018
RUN apk add --no-cache gcc musl-dev
WORKDIR /source
COPY Cargo.toml Cargo.lock README.md ./
COPY benches benches
COPY rules rules
COPY src src
RUN cargo build --release --locked

FROM alpine:3.22 AS alpine
# Repositories that are mounted belong to somebody else.
# hadolint ignore=DL3018
RUN apk add --no-cache git && git config --system --add safe.directory '*'
COPY --from=build /source/target/release/switchback /usr/local/bin/switchback
WORKDIR /work
CMD ["switchback", "--help"]

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /source/target/release/switchback /switchback
WORKDIR /work
ENTRYPOINT ["/switchback"]
