# Peerlead as an image: the program, the certificates of public authorities, and nothing else.
#
#   docker build -t peerlead .
#   docker run --rm --name peerlead --read-only --stop-timeout 20 --ulimit nofile=65536 \
#     -v peerlead:/var/lib/peerlead -p 127.0.0.1:8080:8080 peerlead
#   docker exec peerlead peerlead token create first --person operator --scopes admin
#
# docs/operating.md says what else there is to choose.

FROM docker.io/library/rust:1.95-slim-trixie AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --bin peerlead \
    && install -D target/release/peerlead /out/bin/peerlead \
    && install -d /out/state

FROM gcr.io/distroless/cc-debian13:nonroot
COPY --from=build /out/bin/peerlead /usr/local/bin/peerlead
COPY --from=build /src/LICENSE-APACHE /src/LICENSE-MIT /usr/share/doc/peerlead/
# A volume that is new takes its owner from here.
COPY --from=build --chown=65532:65532 /out/state /var/lib/peerlead
# In a container everybody comes by the network, so nobody is believed without a token.
ENV PEERLEAD_LISTEN=0.0.0.0:8080 \
    PEERLEAD_IDENTITY=tokens \
    DATABASE_URL=sqlite:/var/lib/peerlead/peerlead.db
WORKDIR /var/lib/peerlead
VOLUME /var/lib/peerlead
EXPOSE 8080
USER 65532:65532
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s --retries=3 CMD ["peerlead", "health"]
ENTRYPOINT ["peerlead"]
CMD ["serve"]
