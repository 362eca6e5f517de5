using System.Diagnostics;
using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Chat;
using LoRDBA.Runtime.Generation;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Tokenization;

namespace LoRDBA.Examples.SmartHome;

/// <summary>What one adapter, or none, made of one set of commands.</summary>
/// <param name="Set">The commands.</param>
/// <param name="Answers">One per command.</param>
/// <param name="ExactMatch">Share of answers that are the wanted completion, letter for letter.</param>
/// <param name="Nll">Of the wanted completions, per token, in nats.</param>
/// <param name="TokensPerSecond">Of everything read and written while answering.</param>
internal sealed record Outcome(TestSet Set, IReadOnlyList<string> Answers, double ExactMatch, double Nll, double TokensPerSecond);

/// <summary>Puts commands to one sequence, whichever adapter acts there.</summary>
internal sealed class Trial(Sequence sequence, Tokenizer tokenizer)
{
    private const int Switches = 101;

    private const int MaxAnswerTokens = 64;

    private readonly ChatTemplate chat = ChatTemplate.ForSamples(sequence.Model.File, tokenizer.Vocabulary);
    private readonly TextGenerator generator = new(sequence, tokenizer, new GenerationOptions { MaxTokens = MaxAnswerTokens });
    private readonly CompletionScorer scorer = new(sequence);

    /// <summary>
    /// How long it takes to make <paramref name="adapter"/> act from the next token on, where <paramref name="other"/> acted on the token before: the median
    /// of some switches. The tokens between them count for nothing, but they push what a switch reads out of the caches, as in use.
    /// </summary>
    public TimeSpan Switch(Adapter? adapter, Adapter? other)
    {
        const int AnyToken = 0;
        var times = new long[Switches];
        for (var i = 0; i < Switches; i++)
        {
            sequence.Reset();
            sequence.Use(other);
            sequence.Decode(AnyToken);
            var start = Stopwatch.GetTimestamp();
            sequence.Use(adapter);
            times[i] = Stopwatch.GetTimestamp() - start;
            sequence.Decode(AnyToken);
        }

        Array.Sort(times);
        return Stopwatch.GetElapsedTime(0, times[Switches / 2]);
    }

    /// <summary>Answers every command in a fresh context, greedily, and measures the wanted completions.</summary>
    public Outcome Run(TestSet set)
    {
        var answers = new List<string>();
        var (nll, wantedTokens, tokens, right) = (0.0, 0, 0, 0);
        var elapsed = TimeSpan.Zero;
        foreach (var command in set.Commands)
        {
            var (prompt, wanted) = chat.EncodeSample(tokenizer, command.Prompt, command.Completion);
            var start = Stopwatch.GetTimestamp();
            sequence.Reset();
            var answer = "";
            var result = generator.Generate(prompt, piece => answer += piece);
            elapsed += Stopwatch.GetElapsedTime(start);
            tokens += result.PromptTokens + result.GeneratedTokens;
            answers.Add(answer);
            if (answer == command.Completion) right++;

            wantedTokens += wanted.Length;
            nll += scorer.Score(prompt, wanted).NllSum;
        }

        return new Outcome(set, answers, (double)right / set.Commands.Count, nll / wantedTokens, tokens / elapsed.TotalSeconds);
    }
}
