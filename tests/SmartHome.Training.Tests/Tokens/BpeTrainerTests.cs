using LoRDBA.Examples.SmartHome.Training.Tokens;

namespace LoRDBA.Examples.SmartHome.Training.Tests.Tokens;

public sealed class BpeTrainerTests
{
    [Fact]
    public void Joins_the_most_frequent_pair_first()
    {
        var trainer = new BpeTrainer();
        // "aab" 3 times, "ab" twice: a-b 5 times, a-a 3 times. Then a-ab 3 times.
        for (var i = 0; i < 3; i++) trainer.Add("aab");
        for (var i = 0; i < 2; i++) trainer.Add("ab");
        Assert.Equal(["a b", "a ab"], trainer.Train(2));
    }

    [Fact]
    public void A_tie_goes_to_the_smaller_pair()
    {
        var trainer = new BpeTrainer();
        trainer.Add("yz");
        trainer.Add("xy");
        Assert.Equal(["x y", "y z"], trainer.Train(2));
    }

    [Fact]
    public void Digits_are_never_joined_and_a_space_goes_with_the_word_after_it()
    {
        var trainer = new BpeTrainer();
        trainer.Add("to 40 to");
        Assert.Equal(["t o", "Ġ to"], trainer.Train(2));
    }

    [Fact]
    public void The_runtime_cuts_text_into_the_tokens_that_were_learned()
    {
        var trainer = new BpeTrainer();
        trainer.Add("lamp lamp über");
        var tokenizer = new TrainedVocabulary(trainer.Train(6)).ToTokenizer();
        var ids = tokenizer.Encode("<|im_start|>lamp über 40<|im_end|>");
        Assert.Equal("<|im_start|>lamp über 40<|im_end|>", tokenizer.Decode(ids, showSpecial: true));
        // mark, lamp, ' ' + u-umlaut and its rest as far as joined, ' ', 4, 0, mark
        Assert.Equal(1, ids[0]);
        Assert.Equal(2, ids[^1]);
        Assert.Equal("lamp", tokenizer.Decode([ids[1]]));
    }
}
