using System.Diagnostics;
using System.Runtime.Versioning;
using LoRDBA.Runtime.Memory;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Memory;

/// <summary>What lies at an output's path: files are replaced whole, and nothing else is replaced at all.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class WholeFileTests : IDisposable
{
    private static readonly byte[] Content = [1, 2, 3];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_file_is_written_or_replaced()
    {
        var path = At("a");
        Write(path);
        Assert.Equal(Content, File.ReadAllBytes(path));
        WholeFile.Write(path, stream => stream.Write([4]));

        Assert.Equal([4], File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void An_error_leaves_what_was_there()
    {
        var path = folder.Write("a", [9]);
        Assert.Throws<InvalidDataException>(() => WholeFile.Write(path, stream =>
        {
            stream.Write(Content);
            throw new InvalidDataException();
        }));

        Assert.Equal([9], File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(folder.Path));
    }

    [Theory]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.SetGroup)]
    public void A_file_keeps_its_mode_from_the_first_byte_on(UnixFileMode mode)
    {
        var path = folder.Write("secret", [9]);
        File.SetUnixFileMode(path, mode);
        WholeFile.Write(path, stream =>
        {
            stream.Write(Content);
            stream.Flush();
            Assert.Equal(mode, File.GetUnixFileMode(path + ".part"));
        });

        Assert.Equal(mode, File.GetUnixFileMode(path));
        Assert.Equal(Content, File.ReadAllBytes(path));
    }

    [Fact]
    public void A_file_keeps_its_owner()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root: nobody else can give a file away");
        var path = folder.Write("a", [9]);
        Run("chown", "12345:23456", path);
        Write(path);

        var status = FileStatus.Of(path);
        Assert.Equal((12345u, 23456u), (status.Owner, status.Group));
    }

    [Fact]
    public void A_link_is_followed_and_stays()
    {
        var target = folder.Write("target", [9]);
        Directory.CreateDirectory(At("links"));
        foreach (var (link, to) in new[] { ("links/relative", "../target"), ("absolute", target), ("chain", "links/relative") })
        {
            File.CreateSymbolicLink(At(link), to);
            WholeFile.Write(At(link), stream => stream.Write(Content));

            Assert.Equal(to, new FileInfo(At(link)).LinkTarget);
            Assert.Equal(Content, File.ReadAllBytes(target));
            File.WriteAllBytes(target, [9]);
        }
    }

    [Fact]
    public void A_link_to_nothing_makes_its_target()
    {
        File.CreateSymbolicLink(At("link"), "target");
        Write(At("link"));

        Assert.Equal("target", new FileInfo(At("link")).LinkTarget);
        Assert.Equal(Content, File.ReadAllBytes(At("target")));
    }

    [Fact]
    public void Links_without_an_end_are_refused()
    {
        File.CreateSymbolicLink(At("a"), "b");
        File.CreateSymbolicLink(At("b"), "a");

        Assert.Contains("leads to itself", Assert.Throws<IOException>(() => Write(At("a"))).Message);
    }

    [Fact]
    public void A_device_stays_a_device()
    {
        Assert.SkipUnless(FileStatus.Of("/dev/null").Kind == FileKind.Other, "needs /dev/null");
        File.CreateSymbolicLink(At("null"), "/dev/null");
        Write("/dev/null");
        Write(At("null"));

        Assert.Equal(FileKind.Other, FileStatus.Of("/dev/null").Kind);
        Assert.Empty(File.ReadAllBytes("/dev/null"));
        Assert.Equal([At("null")], Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_full_device_is_an_error()
    {
        Assert.SkipUnless(FileStatus.Of("/dev/full").Kind == FileKind.Other, "needs /dev/full");
        Assert.Throws<IOException>(() => Write("/dev/full"));
    }

    [Fact]
    public async Task A_pipe_takes_the_bytes_and_stays_a_pipe()
    {
        Run("mkfifo", At("pipe"));
        var read = Task.Run(() => File.ReadAllBytes(At("pipe")), TestContext.Current.CancellationToken);
        await Task.Run(() => Write(At("pipe")), TestContext.Current.CancellationToken);

        Assert.Equal(Content, await read);
        Assert.Equal(FileKind.Other, FileStatus.Of(At("pipe")).Kind);
    }

    [Fact]
    public void An_open_descriptor_is_written_through()
    {
        Assert.SkipUnless(Directory.Exists("/proc/self/fd"), "needs /proc");
        using var file = File.Open(At("a"), FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite);
        Write($"/proc/self/fd/{file.SafeFileHandle.DangerousGetHandle()}");

        // The same file, not another one of the name.
        Assert.Equal(Content.Length, RandomAccess.GetLength(file.SafeFileHandle));
        Assert.Equal([At("a")], Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_folder_is_refused_and_so_is_a_file_without_one()
    {
        Assert.Contains("is a folder", Assert.Throws<IOException>(() => Write(folder.Path)).Message);
        Assert.Contains("is a folder", Assert.Throws<IOException>(() => WholeFile.Check(folder.Path)).Message);
        Assert.Contains("no folder", Assert.Throws<DirectoryNotFoundException>(() => Write(At("none/a"))).Message);
        Assert.Contains("no folder", Assert.Throws<DirectoryNotFoundException>(() => WholeFile.Check(At("none/a"))).Message);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_trap_in_the_place_of_the_temporary_file_is_not_stepped_into()
    {
        var other = folder.Write("other", [9]);
        File.CreateSymbolicLink(At("a.part"), other);

        Assert.Contains("a.part is in the way", Assert.Throws<IOException>(() => Write(At("a"))).Message);
        Assert.Equal([9], File.ReadAllBytes(other));
        Assert.False(File.Exists(At("a")));
    }

    [Fact]
    public void What_an_earlier_run_left_is_written_over()
    {
        folder.Write("a.part", [9, 9, 9, 9, 9]);
        Write(At("a"));

        Assert.Equal(Content, File.ReadAllBytes(At("a")));
        Assert.False(File.Exists(At("a.part")));
    }

    [Fact]
    public void Two_paths_to_one_file_are_the_same()
    {
        File.CreateSymbolicLink(At("link"), "a");
        File.CreateSymbolicLink(At("up"), ".");

        Assert.True(WholeFile.IsSame(At("a"), At("link")));
        Assert.True(WholeFile.IsSame(At("a"), At("up/up/link")));
        Assert.False(WholeFile.IsSame(At("a"), At("b")));
        Assert.True(WholeFile.IsSame("/dev/stdout", "/dev/fd/1") || !Directory.Exists("/proc/self/fd"));
    }

    private string At(string name) => Path.Combine(folder.Path, name);

    private static void Write(string path) => WholeFile.Write(path, stream => stream.Write(Content));

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
