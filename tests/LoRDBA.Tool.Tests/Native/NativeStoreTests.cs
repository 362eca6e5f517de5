using System.Diagnostics;
using System.Text.RegularExpressions;
using LoRDBA.Tests;

namespace LoRDBA.Tool.Tests.Native;

/// <summary>The adapter store as the native program keeps it: what it asks of the kernel, and what a kill leaves.</summary>
public sealed partial class NativeStoreTests(ITestOutputHelper output) : IDisposable
{
    private const int Kills = 100;

    private readonly TemporaryFolder temporary = new();

    private string Store => Path.Combine(temporary.Path, "adapters");

    public void Dispose() => temporary.Dispose();

    [Fact]
    public async Task Each_commit_syncs_the_file_then_renames_it_then_syncs_the_folder()
    {
        const string Strace = "/usr/bin/strace";
        Assert.SkipUnless(File.Exists(Strace), "needs strace: apt-get install strace");
        var adapter = Committed("home-en.lordba");
        var log = Path.Combine(temporary.Path, "calls");
        var start = NativeBinary.X64().StartInfo("store", "add", Store, adapter);
        string[] trace = ["-f", "-y", "-e", "trace=fsync,fdatasync,rename,renameat,renameat2", "-o", log, start.FileName];
        foreach (var (i, word) in trace.Index()) start.ArgumentList.Insert(i, word);
        start.FileName = Strace;
        using var process = Process.Start(start)!;
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.SkipWhen(error.Contains("Operation not permitted"), $"strace may not trace here: {error}");
        Assert.True(process.ExitCode == 0, error);

        // The first state of the new store, the adapter, the state that lists it.
        var calls = File.ReadLines(log).Where(line => line.Contains("sync(") || line.Contains("rename")).ToList();
        var renames = calls.Index().Where(call => call.Item.Contains("rename")).ToList();
        Assert.Equal(["state.1", DigestOf(adapter) + ".lordba", "state.0"], renames.Select(call => Path.GetFileName(Renamed().Match(call.Item).Groups["to"].Value)));
        Assert.All(renames, call =>
        {
            var part = Renamed().Match(call.Item).Groups["from"].Value;
            Assert.Matches($@"fsync\(\d+<{Regex.Escape(part)}>\) += 0$", calls[call.Index - 1]);
            Assert.Matches($@"fsync\(\d+<{Regex.Escape(Store)}>\) += 0$", calls[call.Index + 1]);
        });
        Assert.Matches($@"fsync\(\d+<{Regex.Escape(temporary.Path)}>\) += 0$", calls[0]);
    }

    [Fact]
    public async Task A_kill_at_a_random_moment_leaves_the_old_or_the_new_adapter()
    {
        var native = NativeBinary.X64();
        var (model, old, next) = (Committed("home-base.gguf"), Committed("home-en.lordba"), Committed("home-de.lordba"));
        Assert.Equal(0, ToolRun.Of("store", "add", Store, old).ExitCode);
        Assert.Equal(0, ToolRun.Of("store", "activate", Store, DigestOf(old), "--base", model).ExitCode);
        Assert.Equal(0, ToolRun.Of("store", "add", Store, next).ExitCode);

        var random = new Random(15);
        var longest = await Time(Copy("whole"));
        var (killed, withNew) = (0, 0);
        for (var i = 0; i < Kills; i++)
        {
            var folder = Copy($"{i}");
            using (var process = Start(folder))
            {
                await Task.Delay(longest * random.NextDouble(), TestContext.Current.CancellationToken);
                if (!process.HasExited) killed++;
                process.Kill();
                await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            }

            var run = ToolRun.Of("store", "verify", folder, "--json");
            Assert.True(run.ExitCode == 0, run.Error);
            var active = run.Json().GetProperty("active").GetString();
            Assert.Contains(active, (string[])[DigestOf(old), DigestOf(next)]);
            if (active == DigestOf(next)) withNew++;
            Assert.Empty(Directory.GetFiles(folder, "*.part"));
            Directory.Delete(folder, recursive: true);
        }
        output.WriteLine($"{Kills} runs, {killed} killed, {withNew} left the new adapter");
        Assert.InRange(killed, Kills / 4, Kills);

        Process Start(string folder) => Process.Start(native.StartInfo("store", "activate", folder, DigestOf(next), "--base", model))!;

        async Task<TimeSpan> Time(string folder)
        {
            var started = Stopwatch.GetTimestamp();
            using var process = Start(folder);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, process.ExitCode);
            return Stopwatch.GetElapsedTime(started);
        }
    }

    private string Copy(string name)
    {
        var folder = Directory.CreateDirectory(Path.Combine(temporary.Path, name)).FullName;
        foreach (var file in Directory.GetFiles(Store)) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        return folder;
    }

    private static string Committed(string file) => Path.Combine(SharedFiles.RepositoryRoot, "examples", "SmartHome", "model", file);

    private static string DigestOf(string adapter) => ToolRun.Of("inspect", adapter, "--json").Json().GetProperty("adapter").GetProperty("digest").GetString()!;

    [GeneratedRegex("""rename(at2?)?\((AT_FDCWD[^,]*, )?"(?<from>[^"]+)", (AT_FDCWD[^,]*, )?"(?<to>[^"]+)".* = 0$""")]
    private static partial Regex Renamed();
}
