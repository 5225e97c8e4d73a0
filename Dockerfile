# syntax=docker/dockerfile:1
# Vestibule with `postgres-tls`, and the sample application, in one image.

FROM rust:1.95-bookworm AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends libssl-dev pkg-config \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked -p vestibule-cli -p vestibule-portal --features vestibule-cli/postgres-tls \
 && install -D -t /out target/release/vestibule target/release/portal

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates libssl3 \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --system --gid 10001 vestibule \
 && useradd --system --uid 10001 --gid 10001 --home-dir /var/lib/vestibule --shell /usr/sbin/nologin vestibule \
 && install -d -o vestibule -g vestibule -m 0700 /var/lib/vestibule \
 # Mount points of volumes that services under several users write to; a new volume takes over owner and mode.
 && install -d -m 1777 /shared/tls /shared/keys /shared/portal
COPY --from=build /out/ /usr/local/bin/
USER 10001:10001
WORKDIR /var/lib/vestibule
ENV VESTIBULE_DATA=/var/lib/vestibule \
    VESTIBULE_LISTEN=0.0.0.0:8080 \
    VESTIBULE_MANAGEMENT_LISTEN=127.0.0.1:8081
VOLUME /var/lib/vestibule
EXPOSE 8080
ENTRYPOINT ["vestibule"]
CMD ["serve"]
