#!/usr/bin/env bash
# Writes PublicAPI.Unshipped.txt anew for each packed library: its public surface as the source has it now. The difference in git is what a
# change does to applications. A build fails while the files and the source differ.
set -euo pipefail
cd "$(dirname "$0")/.."

for project in LoRDBA.Runtime LoRDBA.Training LoRDBA.Boards LoRDBA.Boards.Bindings LoRDBA.Nano; do
    folder=runtime/$project
    echo '#nullable enable' > "$folder/PublicAPI.Unshipped.txt"
    dotnet format analyzers "$folder/$project.csproj" --diagnostics RS0016 --severity warn
    git --no-pager diff --stat -- "$folder/PublicAPI.Unshipped.txt"
done
