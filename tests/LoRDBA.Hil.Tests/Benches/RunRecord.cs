using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using LoRDBA.Tests;

namespace LoRDBA.Hil.Tests.Benches;

/// <summary>
/// What one run of a bench leaves in <c>artifacts/hil/runs/TIME-BENCH</c>, for whoever looks at it later.
/// </summary>
/// <remarks>
/// <code>
/// console.log    the board's console from power-on to the end, over all cuts
/// panel.log      commands and answers
/// shell.log      what the bench ran on the board
/// lines.log      each line driven and seen: seconds since the start, line, level
/// record.json    board, kernel, digest of the firmware, heat before and after, retries, figures that tests took
/// </code>
/// </remarks>
internal sealed class RunRecord : IDisposable
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };

    private readonly JsonObject facts;
    private readonly Dictionary<string, StreamWriter> logs = [];

    /// <param name="bench">The bench's name.</param>
    public RunRecord(string bench)
    {
        var now = DateTime.UtcNow;
        Folder = Path.Combine(SharedFiles.RepositoryRoot, "artifacts", "hil", "runs", string.Create(CultureInfo.InvariantCulture, $"{now:yyyyMMdd-HHmmss}-{bench}"));
        Directory.CreateDirectory(Folder);
        facts = new JsonObject { ["bench"] = bench, ["start"] = now.ToString("u", CultureInfo.InvariantCulture), ["retries"] = new JsonArray() };
    }

    /// <summary>Where it lies.</summary>
    public string Folder { get; }

    /// <summary>The console's log, which the board's machine or a lab's command writes.</summary>
    public string ConsoleLog => Path.Combine(Folder, "console.log");

    /// <summary>A line of the panel's port.</summary>
    public void PanelLine(string line) => Write("panel.log", line);

    /// <summary>A line of the shell.</summary>
    public void ShellLine(string line) => Write("shell.log", line);

    /// <summary>A level that was driven or seen.</summary>
    public void Line(string line) => Write("lines.log", line);

    /// <summary>Something that had to be tried again.</summary>
    public void Retry(string what) => Change(() => ((JsonArray)facts["retries"]!).Add(what));

    /// <summary>A fact about the board or the firmware, or a figure that a test took.</summary>
    public void Set(string name, JsonNode? value) => Change(() => facts[name] = value);

    /// <summary>Whether a fact is there already.</summary>
    public bool Has(string name)
    {
        lock (logs) return facts.ContainsKey(name);
    }

    /// <summary>Which firmware this is.</summary>
    public void SetFirmware(string path) => Set("firmware", new JsonObject
    {
        ["file"] = Path.GetFileName(path),
        ["bytes"] = new FileInfo(path).Length,
        ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path))),
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (logs)
        {
            foreach (var log in logs.Values) log.Dispose();
            logs.Clear();
        }
    }

    private void Write(string name, string line)
    {
        lock (logs)
        {
            if (!logs.TryGetValue(name, out var log)) logs[name] = log = new StreamWriter(Path.Combine(Folder, name), append: true) { AutoFlush = true };
            log.WriteLine(line);
        }
    }

    /// <summary>The file is whole after each fact: a run that is killed has its record.</summary>
    private void Change(Action change)
    {
        lock (logs)
        {
            change();
            File.WriteAllText(Path.Combine(Folder, "record.json"), facts.ToJsonString(Readable));
        }
    }
}
