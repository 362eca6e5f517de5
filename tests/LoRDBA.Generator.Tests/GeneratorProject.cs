using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace LoRDBA.Generator.Tests;

/// <summary>A project in memory: its sources, manifests and properties can be edited between two runs of the generator.</summary>
internal sealed class GeneratorProject
{
    private static readonly ImmutableArray<MetadataReference> References =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path))];

    private readonly Dictionary<string, AdditionalText> manifests = [];
    private readonly Options options = new();
    private readonly CSharpParseOptions language;
    private CSharpCompilation compilation;
    private GeneratorDriver driver;

    /// <param name="boards">The property LordbaBoard; null: not set.</param>
    /// <param name="allowUnsafe">The property AllowUnsafeBlocks.</param>
    /// <param name="rootNamespace">The property RootNamespace.</param>
    /// <param name="language">The property LangVersion.</param>
    /// <param name="checksOverflow">The property CheckForOverflowUnderflow.</param>
    public GeneratorProject(
        string? boards = "rpi5", bool allowUnsafe = true, string rootNamespace = "Firmware", LanguageVersion language = LanguageVersion.Latest, bool checksOverflow = false)
    {
        this.language = new(language);
        options.Global["build_property.RootNamespace"] = rootNamespace;
        if (boards is not null) options.Global["build_property.LordbaBoards"] = boards.Replace(';', ',');
        compilation = CSharpCompilation.Create("Firmware", [], References,
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, checkOverflow: checksOverflow, allowUnsafe: allowUnsafe,
                nullableContextOptions: language < LanguageVersion.CSharp8 ? NullableContextOptions.Disable : NullableContextOptions.Enable));
        Source("Empty.cs", "");
        driver = CSharpGeneratorDriver.Create(
            [new KernelGenerator().AsSourceGenerator()],
            parseOptions: this.language,
            optionsProvider: options,
            driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));
    }

    /// <summary>Adds a source file, or replaces the one of that name.</summary>
    public GeneratorProject Source(string path, string text)
    {
        var tree = CSharpSyntaxTree.ParseText(text, language, path);
        var old = compilation.SyntaxTrees.FirstOrDefault(tree => tree.FilePath == path);
        compilation = old is null ? compilation.AddSyntaxTrees(tree) : compilation.ReplaceSyntaxTree(old, tree);
        return this;
    }

    /// <summary>Gives the assembly another name.</summary>
    public GeneratorProject Named(string assembly)
    {
        compilation = compilation.WithAssemblyName(assembly);
        return this;
    }

    /// <summary>References another project.</summary>
    public GeneratorProject Reference(GeneratorProject other)
    {
        compilation = compilation.AddReferences(MetadataReference.CreateFromImage(other.Assembly()));
        return this;
    }

    /// <summary>Puts another LoRDBA.Runtime, of this source, in the place of the one that is referenced; null: none.</summary>
    public GeneratorProject Runtime(string? source)
    {
        var others = References.Where(reference => Path.GetFileName(reference.Display) != "LoRDBA.Runtime.dll").ToList();
        if (source is not null)
            others.Add(CSharpCompilation.Create("LoRDBA.Runtime", [CSharpSyntaxTree.ParseText(source)], References, compilation.Options).ToMetadataReference());
        compilation = compilation.WithReferences(others);
        return this;
    }

    /// <summary>Adds a LordbaManifest item, or replaces the one of that name.</summary>
    public GeneratorProject Manifest(string path, string text, string className = "", string ns = "") =>
        AdditionalFile(path, text, ("LordbaManifest", "true"), ("Class", className), ("Namespace", ns));

    /// <summary>Adds a file that the compiler hands to generators, or replaces the one of that name; a null text cannot be read.</summary>
    public GeneratorProject AdditionalFile(string path, string? text, params (string Name, string Value)[] metadata)
    {
        var file = new File(path, text);
        options.Items[path] = metadata.ToDictionary(pair => $"build_metadata.AdditionalFiles.{pair.Name}", pair => pair.Value);
        driver = manifests.TryGetValue(path, out var old) ? driver.ReplaceAdditionalText(old, file) : driver.AddAdditionalTexts([file]);
        manifests[path] = file;
        return this;
    }

    /// <summary>Runs the generator on what has changed since the last run.</summary>
    public GeneratorRunResult Run()
    {
        driver = driver.RunGenerators(compilation);
        return driver.GetRunResult().Results.Single();
    }

    /// <summary>What the compiler says to the sources and to all that was generated.</summary>
    public IEnumerable<Diagnostic> Compile() => Output().GetDiagnostics().Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning);

    /// <summary>The sources and all that was generated.</summary>
    public Compilation Output()
    {
        driver = driver.RunGeneratorsAndUpdateCompilation(compilation, out var output, out _);
        return output;
    }

    /// <summary>The compiled project, as bytes to load.</summary>
    /// <exception cref="InvalidOperationException">It does not compile.</exception>
    public byte[] Assembly()
    {
        using var stream = new MemoryStream();
        var result = Output().Emit(stream);
        return result.Success ? stream.ToArray() : throw new InvalidOperationException(string.Join('\n', result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)));
    }

    private sealed class File(string path, string? text) : AdditionalText
    {
        public override string Path => path;

        public override SourceText? GetText(CancellationToken cancellationToken = default) => text is null ? null : SourceText.From(text);
    }

    private sealed class Options : AnalyzerConfigOptionsProvider
    {
        public Dictionary<string, string> Global { get; } = [];

        public Dictionary<string, Dictionary<string, string>> Items { get; } = [];

        public override AnalyzerConfigOptions GlobalOptions => new Values(Global);

        public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => new Values([]);

        public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => new Values(Items[textFile.Path]);
    }

    private sealed class Values(Dictionary<string, string> values) : AnalyzerConfigOptions
    {
        public override bool TryGetValue(string key, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? value) => values.TryGetValue(key, out value);
    }
}
