# A small image around the archive, without shell and package manager, for linux/amd64 and linux/arm64:
#
#     npm run archive
#     docker build --build-arg VERSION="$(node -p 'require("./package.json").version')" -t pprobe .
#     docker run --rm pprobe diagnose URL
#
# The container has a network of its own; --network host measures what the host's programs see. The trace's method `connect`
# needs no capability; `--cap-add NET_RAW --user 0` adds the method `syn`.
ARG VERSION

FROM scratch AS archive-amd64
ARG VERSION
ADD build/archive/pprobe-${VERSION}-linux-x64.tar.xz /

FROM scratch AS archive-arm64
ARG VERSION
ADD build/archive/pprobe-${VERSION}-linux-arm64.tar.xz /

FROM archive-${TARGETARCH} AS archive

# glibc, libstdc++, libgcc and the certificate authorities, and nothing else.
FROM gcr.io/distroless/cc-debian12:nonroot
ARG VERSION
COPY --from=archive /pprobe-${VERSION}/lib /opt/pprobe/lib
COPY --from=archive /pprobe-${VERSION}/LICENSE /pprobe-${VERSION}/NOTICE /opt/pprobe/
ENTRYPOINT ["/opt/pprobe/lib/node", "/opt/pprobe/lib/pprobe/bin/pprobe.js"]
CMD ["--help"]
