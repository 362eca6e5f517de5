using System.CommandLine;
using System.Text;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Tokenization;
using LoRDBA.Tool.Output;

namespace LoRDBA.Tool.Commands;

/// <summary><c>lordba tokenize MODEL TEXT</c>: the tokens of a text, none added.</summary>
internal sealed class TokenizeCommand : Verb
{
    private const string Purpose =
        "Splits a text into the model's tokens, one a line. Special tokens in the text are recognised; none is added. MODEL can be a GGUF file with a vocabulary alone.";

    private const string ExampleLines = """
        lordba tokenize model.gguf "turn on the light"
        lordba tokenize model.gguf --file prompt.txt --json
        """;

    private readonly Argument<string> model = new("MODEL") { Description = "A GGUF file with a vocabulary" };
    private readonly Argument<string> text = new("TEXT") { Description = "The text", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string> file = new("--file") { Description = "Read the text from this file (UTF-8), every byte of it", HelpName = "F" };

    public TokenizeCommand(ToolContext context) : base("tokenize", Purpose, ExampleLines, context)
    {
        Add(model);
        Add(text);
        Add(file);
        Validators.Add(result =>
        {
            if (result.GetResult(text) is { Tokens.Count: 1 } == result.GetResult(file) is not null) result.AddError("Give either TEXT or --file.");
        });
    }

    /// <inheritdoc/>
    protected override void Run(ParseResult arguments)
    {
        var words = arguments.GetValue(file) is { } path ? TextFile.Read(path) : arguments.GetRequiredValue(text);
        using var gguf = GgufFile.Open(arguments.GetRequiredValue(model));
        var tokenizer = Tokenizer.FromGguf(gguf);
        Context.Notify(tokenizer.Notices);
        var ids = tokenizer.Encode(words);
        if (arguments.GetValue(Json))
        {
            var pieces = ids.Select(id => Encoding.UTF8.GetString(tokenizer.Vocabulary.Bytes(id))).ToArray();
            JsonOutput.Write(Context.Out, new TokenizeResult(ids, pieces), JsonOutput.Types.TokenizeResult);
            return;
        }
        foreach (var id in ids) Context.Out.WriteLine($"{id,8}  {TokenText.Quote(tokenizer.Vocabulary.Bytes(id))}");
    }
}

/// <summary>What <c>tokenize --json</c> prints.</summary>
/// <param name="Ids">The tokens.</param>
/// <param name="Pieces">The text of each; U+FFFD where it is no whole character.</param>
internal sealed record TokenizeResult(int[] Ids, string[] Pieces);
