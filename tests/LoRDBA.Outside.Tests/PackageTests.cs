using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;
using LoRDBA.Tests;

namespace LoRDBA.Outside.Tests;

/// <summary>What is in the packages, and what they bring to a project.</summary>
public sealed class PackageTests(PackageFeed feed)
{
    public static TheoryData<string> Names => ["LoRDBA.Runtime", "LoRDBA.Training", "LoRDBA.Generator"];

    [Theory, MemberData(nameof(Names))]
    public void A_package_presents_itself(string name)
    {
        using var package = Open(name, "nupkg");
        var metadata = Nuspec(package);

        Assert.Equal("README.md", Text(metadata, "readme"));
        Assert.Equal("icon.png", Text(metadata, "icon"));
        Assert.Equal("MIT", Text(metadata, "license"));
        Assert.Contains("gguf", Text(metadata, "tags").Split(' '));
        Assert.NotEmpty(Text(metadata, "description"));
        Assert.StartsWith($"# {name}\n", Read(package, "README.md"));
        Assert.Equal(File.ReadAllBytes(Path.Combine(SharedFiles.RepositoryRoot, "docs", "icon.png")), Bytes(package, "icon.png"));
        // A relative link leads nowhere on a page of packages.
        Assert.DoesNotContain("](docs/", Read(package, "README.md"));
    }

    [Theory, MemberData(nameof(Names))]
    public void A_package_comes_with_its_symbols(string name)
    {
        if (name != "LoRDBA.Generator")
        {
            using var symbols = Open(name, "snupkg");
            Assert.NotNull(symbols.GetEntry($"lib/net10.0/{name}.pdb"));
            return;
        }
        using var package = Open(name, "nupkg");
        using var assembly = new PEReader(new MemoryStream(Bytes(package, $"analyzers/dotnet/cs/{name}.dll")));
        Assert.Contains(assembly.ReadDebugDirectory(), entry => entry.Type == DebugDirectoryEntryType.EmbeddedPortablePdb);
    }

    [Fact]
    public void Targets_are_for_direct_and_transitive_references()
    {
        using var package = Open("LoRDBA.Runtime", "nupkg");

        foreach (var folder in (string[])["build", "buildTransitive"])
        {
            Assert.Contains("IlcInstructionSet", Read(package, $"{folder}/net10.0/LoRDBA.Runtime.targets"));
            Assert.Contains("LORDBA023", Read(package, $"{folder}/LoRDBA.Runtime.targets"));
        }
    }

    [Theory, InlineData("LoRDBA.Runtime"), InlineData("LoRDBA.Training")]
    public void Documentation_is_of_public_members_only(string name)
    {
        using var package = Open(name, "nupkg");
        var documented = XDocument.Parse(Read(package, $"lib/net10.0/{name}.xml")).Descendants("member").Select(member => member.Attribute("name")!.Value).ToList();
        using var assembly = new PEReader(new MemoryStream(Bytes(package, $"lib/net10.0/{name}.dll")));
        var visible = PublicNames.Of(assembly.GetMetadataReader());

        Assert.Contains(documented, id => id.StartsWith("M:", StringComparison.Ordinal));
        Assert.Contains(documented, id => id.StartsWith("P:", StringComparison.Ordinal));
        Assert.DoesNotContain(documented, id => !visible.Contains(PublicNames.NameOf(id)));
    }

    [Fact]
    public async Task The_packages_bring_generator_properties_and_targets()
    {
        var project = feed.Project("My-Firmware", """
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <EmitCompilerGeneratedFiles>true</EmitCompilerGeneratedFiles>
                <LordbaBoard>rpi5;
                  x64-v4</LordbaBoard>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="LoRDBA.Runtime" Version="*" />
                <PackageReference Include="LoRDBA.Generator" Version="*" />
                <LordbaManifest Include="../home.shapes" />
                <LordbaManifest Include="other.shapes" Class="Others" Namespace="Elsewhere" />
              </ItemGroup>
            """, ("other.shapes", File.ReadAllText(feed.Manifest)));
        (await project.Build()).Success();

        var generated = Directory.GetFiles(project.Folder, "*.g.cs", SearchOption.AllDirectories).Select(Path.GetFileName).ToList();
        Assert.Contains("My_Firmware.HomeKernels.g.cs", generated);
        Assert.Contains("My_Firmware.HomeKernels_Expand64R5.g.cs", generated);
        Assert.Contains("Elsewhere.Others_Expand64R5.g.cs", generated);
        Assert.Equal("x86-64-v4", await Property("IlcInstructionSet", "-p:RuntimeIdentifier=linux-x64"));
        Assert.Equal("x86-64-v3", await Property("IlcInstructionSet", "-p:RuntimeIdentifier=linux-x64", "-p:LordbaBoard=x64-v4%3bx64-v3"));
        Assert.Equal("native", await Property("IlcInstructionSet", "-p:RuntimeIdentifier=linux-x64", "-p:IlcInstructionSet=native"));
        Assert.Equal("", await Property("IlcInstructionSet", "-p:RuntimeIdentifier=linux-arm64"));
        Assert.Equal("true", await Property("InvariantGlobalization"));
        Assert.Equal("false", await Property("InvariantGlobalization", "-p:InvariantGlobalization=false"));

        async Task<string> Property(string name, params string[] properties) =>
            (await project.DotNet(["msbuild", "-p:PublishAot=true", .. properties, $"-getProperty:{name}"])).Success().Trim();
    }

    [Fact]
    public async Task Without_a_linker_the_build_says_what_to_install()
    {
        var targets = Path.Combine(SharedFiles.RepositoryRoot, "runtime", "LoRDBA.Runtime", "build", "LoRDBA.Runtime.targets");
        var run = await Shell.Run(feed.Folder, feed.Environment(), "dotnet", "msbuild", targets, "-t:LordbaCheckCrossTools", "-p:LordbaCrossLink=true", "-p:CppLinker=no-such-linker");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("error LORDBA020: Linking for linux-arm64 on this machine needs packages that are not installed: sudo apt-get install --no-install-recommends clang", run.Out);
    }

    private ZipArchive Open(string name, string ending) => ZipFile.OpenRead(Assert.Single(Directory.GetFiles(feed.Feed, $"{name}.*.{ending}")));

    private static XElement Nuspec(ZipArchive package)
    {
        using var stream = package.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        return XDocument.Load(stream).Root!.Elements().Single();
    }

    private static string Text(XElement metadata, string name) => metadata.Elements().Single(element => element.Name.LocalName == name).Value;

    private static string Read(ZipArchive package, string name) => System.Text.Encoding.UTF8.GetString(Bytes(package, name)).TrimStart('\ufeff');

    private static byte[] Bytes(ZipArchive package, string name)
    {
        using var content = new MemoryStream();
        using var stream = package.GetEntry(name)!.Open();
        stream.CopyTo(content);
        return content.ToArray();
    }
}
