using System.Diagnostics;
using LoRDBA.Tests;

namespace LoRDBA.Generator.Tests.Packaging;

/// <summary>A project outside the repository that has nothing but a PackageReference, built offline from a feed in a folder.</summary>
public sealed class PackageTests
{
#if DEBUG
    private const string Configuration = "Debug";
#else
    private const string Configuration = "Release";
#endif

    private const string Feed = """
        <configuration>
          <packageSources>
            <clear />
            <add key="here" value="." />
          </packageSources>
        </configuration>
        """;

    private const string Project = """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
            <UseAppHost>false</UseAppHost>
            <EmitCompilerGeneratedFiles>true</EmitCompilerGeneratedFiles>
            <LordbaBoard>rpi5;
              x64-v4</LordbaBoard>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="LoRDBA.Generator" Version="*" />
            <Reference Include="RUNTIME" />
            <LordbaManifest Include="home.shapes" />
            <LordbaManifest Include="other.shapes" Class="Others" Namespace="Elsewhere" />
          </ItemGroup>
        </Project>
        """;

    [Fact]
    public void A_package_reference_brings_generator_properties_and_targets()
    {
        using var folder = new TemporaryFolder();
        DotNet(SharedFiles.RepositoryRoot, "pack", "generator/LoRDBA.Generator", "-c", Configuration, "--no-build", "-o", folder.Path);
        Write("nuget.config", Feed);
        Write("My-Firmware.csproj", Project.Replace("RUNTIME", typeof(Runtime.Models.Model).Assembly.Location));
        Write("home.shapes", ManifestText.SmolLm2(layers: 1));
        Write("other.shapes", ManifestText.Of("linear q in 64 64 4 no"));
        DotNet(folder.Path, "build", "-v", "quiet");

        var generated = Directory.GetFiles(folder.Path, "*Kernels*.g.cs", SearchOption.AllDirectories).Concat(Directory.GetFiles(folder.Path, "*Others*.g.cs", SearchOption.AllDirectories));
        Assert.Equal(
            [
                "Elsewhere.Others.g.cs", "Elsewhere.Others_Expand64R4.g.cs", "Elsewhere.Others_Shrink64R4.g.cs", "My_Firmware.HomeKernels.g.cs",
                "My_Firmware.HomeKernels_Expand1536R16.g.cs", "My_Firmware.HomeKernels_Expand192R16.g.cs", "My_Firmware.HomeKernels_Expand576R16.g.cs",
                "My_Firmware.HomeKernels_Shrink1536R16.g.cs", "My_Firmware.HomeKernels_Shrink576R16.g.cs",
                "My_Firmware.HomeKernels_Shrink576R32.g.cs", "My_Firmware.HomeKernels_Shrink576R48.g.cs",
            ],
            generated.Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal("x86-64-v4", DotNet(folder.Path, "msbuild", "-p:PublishAot=true", "-p:RuntimeIdentifier=linux-x64", "-getProperty:IlcInstructionSet").Trim());

        void Write(string name, string text) => File.WriteAllText(Path.Combine(folder.Path, name), text);
    }

    [Fact]
    public void Without_a_linker_the_build_says_what_to_install()
    {
        var (exitCode, output) = Run(SharedFiles.RepositoryRoot,
            "msbuild", "generator/LoRDBA.Generator/build/LoRDBA.Generator.targets", "-t:LordbaCheckCrossTools", "-p:LordbaCrossLink=true", "-p:CppLinker=no-such-linker");

        Assert.Equal(1, exitCode);
        Assert.Contains("error LORDBA020: Linking for linux-arm64 on this machine needs packages that are not installed: sudo apt-get install --no-install-recommends clang", output);
    }

    private static string DotNet(string workingFolder, params string[] arguments)
    {
        var (exitCode, output) = Run(workingFolder, arguments);
        Assert.True(exitCode == 0, $"dotnet {string.Join(' ', arguments)}: {output}");
        return output;
    }

    /// <summary>Runs a command of the SDK, with a package cache of its own: the package of yesterday has the same version.</summary>
    private static (int ExitCode, string Output) Run(string workingFolder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = workingFolder, RedirectStandardOutput = true };
        foreach (var inherited in start.Environment.Keys.Where(key => key.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList()) start.Environment.Remove(inherited);
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        if (workingFolder != SharedFiles.RepositoryRoot) start.Environment["NUGET_PACKAGES"] = Path.Combine(workingFolder, "packages");
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
