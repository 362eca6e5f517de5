namespace LoRDBA.Outside.Tests;

/// <summary>A library with generated kernels, and programs that reference that library and nothing of ours.</summary>
public sealed class LibraryTests(PackageFeed feed)
{
    private const string Library = """
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
            <ImplicitUsings>enable</ImplicitUsings>
            <Nullable>enable</Nullable>
            <LordbaBoard>x64-v3;rpi4</LordbaBoard>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="LoRDBA.Runtime" Version="*" />
            <PackageReference Include="LoRDBA.Generator" Version="*" />
            <LordbaManifest Include="../home.shapes" />
          </ItemGroup>
        """;

    private const string Application = """
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <ImplicitUsings>enable</ImplicitUsings>
            <PublishAot>true</PublishAot>
          </PropertyGroup>
          <ItemGroup>
            <ProjectReference Include="../Household/Household.csproj" />
          </ItemGroup>
        """;

    [Fact]
    public async Task A_program_that_references_the_library_runs_its_kernels()
    {
        var program = await Program("HouseholdProgram").PublishNative("-r", "linux-x64");

        Assert.Equal(feed.Answer, (await Shell.Run(feed.Folder, [], program, feed.Arguments)).Success().Trim());
    }

    [Fact]
    public async Task A_program_that_chose_fewer_instructions_says_so_and_what_to_do()
    {
        var program = await Program("SlowProgram").PublishNative("-r", "linux-x64", "-p:IlcInstructionSet=x86-64");
        var run = await Shell.Run(feed.Folder, [], program, feed.Arguments);

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(
            "HomeKernels: it was generated for x64-v3, rpi4, and this program was compiled without Avx2, which the processor has: "
            + "set IlcInstructionSet of the program's project to x86-64-v3 and publish it again.\n",
            run.Out);
    }

    private OutsideProject Program(string name)
    {
        feed.Project("Household", Library, ("Answers.cs", PackageFeed.Program("Library.cs")));
        return feed.Project(name, Application, ("Program.cs", PackageFeed.Program("Application.cs")));
    }
}
