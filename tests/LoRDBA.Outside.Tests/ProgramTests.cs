namespace LoRDBA.Outside.Tests;

/// <summary>A program with <c>LoRDBA.Runtime</c> alone, as README shows it: it gives the command's answer wherever it runs.</summary>
public sealed class ProgramTests(PackageFeed feed)
{
    private const string Project = """
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <ImplicitUsings>enable</ImplicitUsings>
            <Nullable>enable</Nullable>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="LoRDBA.Runtime" Version="*" />
          </ItemGroup>
        """;

    private static readonly string NativeProject = Project.Replace("<Nullable>", "<PublishAot>true</PublishAot>\n    <Nullable>");

    [Fact]
    public async Task Under_the_JIT()
    {
        var run = await Program("Jit program", Project).DotNet(["run", "-c", "Release", "--", .. feed.Arguments]);

        Assert.Equal([feed.Answer, "lacks nothing, "], Lines(run));
    }

    [Fact]
    public async Task Native_on_x64_with_AVX2_and_without_ICU()
    {
        await EmptyRoot.RequireX64();
        var project = Program("NativeX64", NativeProject);
        var root = await EmptyRoot.OfX64(Path.Combine(project.Folder, "root"), await project.PublishNative(), feed.Arguments);

        var lines = Lines(await root.Run(feed.Arguments));
        Assert.Equal(feed.Answer, lines[0]);
        Assert.True(lines[1] is "lacks nothing, " or "lacks Avx512, ", lines[1]);
    }

    [Fact]
    public async Task Native_on_arm64_without_ICU()
    {
        await EmptyRoot.RequireArm64();
        const string Pack = "microsoft.netcore.app.runtime.nativeaot.linux-arm64";
        Assert.SkipUnless(Directory.Exists(Path.Combine(feed.PackagesOfMachine, Pack)), $"needs the package {Pack}: dotnet publish examples/FirmwareKernels -c Release -r linux-arm64");
        var project = Program("NativeArm64", NativeProject);
        var program = await project.PublishNative("-r", "linux-arm64");
        foreach (var cpu in (string[])["cortex-a72", "cortex-a76"])
        {
            var root = EmptyRoot.OfArm64(Path.Combine(project.Folder, cpu), cpu, program, feed.Arguments);
            Assert.Equal([feed.Answer, "lacks nothing, "], Lines(await root.Run(feed.Arguments)));
        }
    }

    private OutsideProject Program(string name, string project) => feed.Project(name, project, ("Program.cs", PackageFeed.Program("Console.cs")));

    // The answer, and what the program lacks; how many characters there are depends on nothing else.
    private static string[] Lines(ShellResult run)
    {
        var lines = run.Success().Trim().Split('\n');
        return [lines[0], lines[1][..(lines[1].IndexOf(',') + 2)]];
    }
}
