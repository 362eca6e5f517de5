using LoRDBA.Tests;

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

        var lines = Lines(run);
        Assert.Equal(feed.Answer, lines[0]);
        Assert.EndsWith(", lacks nothing", lines[1]);
    }

    [Fact]
    public async Task As_the_package_shows_it()
    {
        var readme = File.ReadAllText(Path.Combine(SharedFiles.RepositoryRoot, "runtime", "LoRDBA.Runtime", "README.md"));
        var code = readme.Split("```csharp\n")[1].Split("```")[0];
        var build = await feed.Project("Readme", Project, ("Program.cs", code)).Build();

        Assert.Empty(build.Complaints);
        build.Success();
    }

    [Fact]
    public async Task Native_on_x64_with_AVX2_and_without_ICU()
    {
        await EmptyRoot.RequireX64();
        var project = Program("NativeX64", NativeProject);
        var root = await EmptyRoot.OfX64(Path.Combine(project.Folder, "root"), await project.PublishNative(), feed.Arguments);

        var lines = Lines(await root.Run(feed.Arguments));
        Assert.Equal(feed.Answer, lines[0]);
        Assert.True(lines[1] is "uses Avx2, lacks nothing" or "uses Avx2, lacks Avx512", lines[1]);
    }

    [Fact]
    public async Task Native_on_arm64_without_ICU()
    {
        await EmptyRoot.RequireArm64();
        const string Pack = "microsoft.netcore.app.runtime.nativeaot.linux-arm64";
        Assert.SkipUnless(Directory.Exists(Path.Combine(feed.PackagesOfMachine, Pack)), $"needs the package {Pack}: dotnet publish examples/FirmwareKernels -c Release -r linux-arm64");
        var project = Program("NativeArm64", NativeProject);
        var program = await project.PublishNative("-r", "linux-arm64");
        foreach (var (cpu, uses) in ((string, string)[])[("cortex-a72", "AdvSimd"), ("cortex-a76", "Dp")])
        {
            var root = EmptyRoot.OfArm64(Path.Combine(project.Folder, cpu), cpu, program, feed.Arguments);
            Assert.Equal([feed.Answer, $"uses {uses}, lacks nothing"], Lines(await root.Run(feed.Arguments)));
        }
    }

    private OutsideProject Program(string name, string project) => feed.Project(name, project, ("Program.cs", PackageFeed.Program("Console.cs")));

    // The answer, and its instructions; how many characters there are is asked for the culture's sake.
    private static string[] Lines(ShellResult run)
    {
        var lines = run.Success().Trim().Split('\n');
        return [lines[0], lines[1].Split(';')[0]];
    }
}
