namespace LoRDBA.Outside.Tests;

/// <summary>Generated code in projects that allow nothing: no complaint comes from what the user did not write.</summary>
public sealed class StrictProjectTests(PackageFeed feed)
{
    private const string Strict = """
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
            <Nullable>enable</Nullable>
            <ImplicitUsings>disable</ImplicitUsings>
            <AnalysisMode>All</AnalysisMode>
            <AnalysisLevel>latest</AnalysisLevel>
            <EnforceCodeStyleInBuild>true</EnforceCodeStyleInBuild>
            <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
            <WarningLevel>9999</WarningLevel>
            <CheckForOverflowUnderflow>true</CheckForOverflowUnderflow>
            <GenerateDocumentationFile>true</GenerateDocumentationFile>
            <IsAotCompatible>true</IsAotCompatible>
            <LordbaBoard>x64-v3;x64-v4;rpi4;rpi5</LordbaBoard>
            <RootNamespace>Strict.System</RootNamespace>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="LoRDBA.Runtime" Version="*" />
            <PackageReference Include="LoRDBA.Generator" Version="*" />
            <LordbaManifest Include="../home.shapes" />
          </ItemGroup>
        """;

    private const string ByHand = """
        using LoRDBA;

        [assembly: System.Runtime.CompilerServices.InternalsVisibleTo("StrictFriend")]
        [assembly: System.CLSCompliant(false)]

        namespace Strict;

        /// <summary>Declared by hand.</summary>
        [LordbaShapes, LordbaLinear(64, 96, 8)]
        public sealed partial class HandKernels;
        """;

    [Fact]
    public async Task Nothing_is_complained_about_even_where_a_friend_has_the_same_sets()
    {
        feed.Project("StrictProject", Strict, ("HandKernels.cs", ByHand));
        var friend = feed.Project(
            "StrictFriend", Strict + "\n  <ItemGroup>\n    <ProjectReference Include=\"../StrictProject/StrictProject.csproj\" />\n  </ItemGroup>",
            ("HandKernels.cs", ByHand.Replace("public sealed", "internal sealed").Replace("(\"StrictFriend\")", "(\"Nobody\")")));
        var build = await friend.Build();

        Assert.Empty(build.Complaints);
        build.Success();
    }

    // A project that targets another framework restores, and one error says what is the matter.
    [Theory, InlineData("net9.0"), InlineData("netstandard2.0")]
    public async Task Another_framework_is_told_once(string framework)
    {
        var name = $"For{framework.Replace('.', '_')}";
        var project = feed.Project(name, $"""
              <PropertyGroup>
                <TargetFramework>{framework}</TargetFramework>
                <!-- So that nothing has to be downloaded: the build ends before it is missed. -->
                <DisableImplicitFrameworkReferences>true</DisableImplicitFrameworkReferences>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="LoRDBA.Runtime" Version="*" />
                <PackageReference Include="LoRDBA.Generator" Version="*" />
              </ItemGroup>
            """, ("Use.cs", "class Use { LoRDBA.Runtime.Models.Model model; }"));
        var build = await project.Build();

        Assert.EndsWith(
            $": error LORDBA023: LoRDBA.Runtime needs .NET 10, and {name} is built for {framework}: set TargetFramework to net10.0 or newer",
            Assert.Single(build.Complaints));
        Assert.NotEqual(0, build.ExitCode);
    }
}
