using LoRDBA.Runtime.Chat;
using LoRDBA.Runtime.Generation;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Models;
using LoRDBA.Runtime.Tokenization;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Generation;

/// <summary>On a model of random weights, whose greedy text is long and means nothing; the last test on a real one.</summary>
public sealed class TextGeneratorTests : IDisposable
{
    private const int Context = 64;
    private static readonly int[] Prompt = [40, 41, 42, 43, 44];

    private readonly Model model;
    private readonly Sequence sequence;
    private readonly Tokenizer tokenizer;

    public TextGeneratorTests()
    {
        model = Model.Load(SharedFiles.Require("models/tiny-llama.gguf"));
        sequence = model.CreateSequence(new() { ContextLength = Context });
        tokenizer = Tokenizer.FromGguf(model.File);
    }

    public void Dispose()
    {
        sequence.Dispose();
        model.Dispose();
    }

    [Fact]
    public void Greedy_writes_the_text_of_the_best_tokens_until_the_context_is_full()
    {
        var (text, result) = Generate(new());

        var ids = GreedyIds(Context - Prompt.Length + 1);
        Assert.Equal(new(FinishReason.ContextFull, Prompt.Length, ids.Length), result);
        Assert.Equal(tokenizer.Decode(ids), text);
        Assert.Equal(Context, sequence.Position);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void Ends_after_as_many_tokens_as_are_allowed(int maxTokens)
    {
        var (text, result) = Generate(new() { MaxTokens = maxTokens });

        Assert.Equal(new(FinishReason.MaxTokens, Prompt.Length, maxTokens), result);
        Assert.Equal(tokenizer.Decode(GreedyIds(maxTokens)), text);
        Assert.Equal(Prompt.Length + maxTokens - 1, sequence.Position);
    }

    [Fact]
    public void Ends_before_a_stop_string_that_lies_across_tokens()
    {
        var ids = GreedyIds(20);
        var before = tokenizer.Decode(ids.AsSpan(0, 9));
        // From the middle of the text: the end of one token and the beginning of the next.
        var all = tokenizer.Decode(ids);
        var stop = all.Substring(before.Length - 1, 2);
        var (text, result) = Generate(new() { StopStrings = ["never written", stop] });

        Assert.Equal(FinishReason.StopString, result.Finish);
        Assert.Equal(all[..all.IndexOf(stop, StringComparison.Ordinal)], text);
    }

    [Fact]
    public void Sampling_repeats_with_the_seed()
    {
        string Text(ulong seed) => Generate(new() { Sampling = new() { Temperature = 2, TopK = 40, RepetitionPenalty = 1.1f, Seed = seed }, MaxTokens = 20 }).Text;

        Assert.Equal(Text(1), Text(1));
        Assert.NotEqual(Text(1), Text(2));
    }

    [Fact]
    public void The_prompt_counts_as_repetition()
    {
        // Below 1 it is a reward: the first token comes from the prompt if one of it has a positive logit.
        var options = new SamplerOptions { RepetitionPenalty = 0.01f };
        var text = Generate(new() { Sampling = options, MaxTokens = 20 }).Text;

        Assert.Equal(tokenizer.Decode(Ids(options, 20, used: Prompt)), text);
        Assert.NotEqual(tokenizer.Decode(Ids(options, 20, used: [])), text);
    }

    [Fact]
    public void A_prompt_that_does_not_fit_is_an_error_and_changes_nothing()
    {
        var generator = new TextGenerator(sequence, tokenizer, new());

        Assert.Throws<ContextFullException>(() => generator.Generate(new int[Context + 1], _ => { }));
        Assert.Equal(0, sequence.Position);
    }

    [Fact]
    public void Ends_at_the_tokens_that_the_caller_names()
    {
        var ids = GreedyIds(10);
        var (text, result) = Generate(new() { MaxTokens = 10, EndTokens = [ids[4]] });
        var at = Array.IndexOf(ids, ids[4]);

        Assert.Equal((FinishReason.EndOfGeneration, at), (result.Finish, result.GeneratedTokens));
        Assert.Equal(tokenizer.Decode(ids.AsSpan(0, at)), text);
    }

    [Fact]
    public void Bad_options_are_refused_before_anything_runs()
    {
        Assert.Throws<GenerationException>(() => new TextGenerator(sequence, tokenizer, new() { MaxTokens = 0 }));
        Assert.Throws<GenerationException>(() => new TextGenerator(sequence, tokenizer, new() { Sampling = new() { TopP = 2 } }));
        Assert.Throws<GenerationException>(() => new TextGenerator(sequence, tokenizer, new() { StopStrings = [""] }));
    }

    [Fact]
    public void SmolLM2_answers_and_ends()
    {
        using var smolLm2 = Model.Load(SharedFiles.Require("models/SmolLM2-135M-Instruct.Q4_1.gguf"));
        using var conversation = smolLm2.CreateSequence();
        var smolTokenizer = Tokenizer.FromGguf(smolLm2.File);
        var prompt = ChatTemplate.FromGguf(smolLm2.File, smolTokenizer.Vocabulary).Render([new("user", "What is the capital of France?")]);
        var pieces = new List<string>();
        var result = new TextGenerator(conversation, smolTokenizer, new()).Generate(smolTokenizer.EncodePrompt(prompt), pieces.Add);

        Assert.Equal(new(FinishReason.EndOfGeneration, 37, 7), result);
        Assert.Equal(["The", " capital", " of", " France", " is", " Paris", "."], pieces);
    }

    private (string Text, GenerationResult Result) Generate(GenerationOptions options)
    {
        sequence.Reset();
        var text = "";
        var result = new TextGenerator(sequence, tokenizer, options).Generate(Prompt, piece => text += piece);
        return (text, result);
    }

    private int[] GreedyIds(int count) => Ids(new(), count, used: []);

    private int[] Ids(SamplerOptions options, int count, int[] used)
    {
        sequence.Reset();
        var sampler = new Sampler(options, model.Config.NVocab);
        foreach (var token in used) sampler.Accept(token);
        var ids = new int[count];
        ids[0] = sampler.Sample(sequence.Prefill(Prompt));
        for (var i = 1; i < count; i++) ids[i] = sampler.Sample(sequence.Decode(ids[i - 1]));
        return ids;
    }
}
