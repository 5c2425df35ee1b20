# The worker as an image: docker build -t streamspanmetrics .
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY global.json Directory.Build.props Directory.Packages.props BannedSymbols.txt .editorconfig ./
COPY schemas schemas
COPY src src
RUN dotnet publish src/StreamSpanMetrics -c Release --use-current-runtime -o /out

# Not Alpine: librdkafka, protobuf and the runtime agree on glibc.
FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /out ./
# The images of .NET bring a user without rights; its number, so that Kubernetes can check it.
USER $APP_UID
ENTRYPOINT ["dotnet", "spanmetrics.dll"]
CMD ["run", "--config", "/etc/spanmetrics/spanmetrics.yaml"]
